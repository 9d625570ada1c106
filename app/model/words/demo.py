"""Words of the catalogue: the demo."""

DEMO: dict[str, str] = {
    "demo.key_picker": "Picker",
    "demo.key_packer": "Packer",
    "demo.key_supervisor": "Supervisor",
    "demo.key_scan": "Scan",
    "demo.key_wrong": "Wrong",
    "demo.key_network": "Net",
    "demo.key_label": "Label",
    "demo.key_quit": "Quit",
    "demo.nothing_to_scan": "Nothing is to be scanned here: type, or press a function key.",
    "demo.network_pulled": "The network cable is out. Go on working; n plugs it in again.",
    "demo.network_back": "The network cable is in again.",
    "demo.label_at": "The newest label: {path}",
    "demo.summary": "Orders: {orders} ({counted}). Labels printed: {labels}.",
    "demo.next": "Next: {program} station --standalone, or README.md for a real scanner and a central.",
}
