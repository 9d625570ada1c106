"""Words of the catalogue: the terminal itself, its journal, its way to the central."""

STATION: dict[str, str] = {
    # scans and typing
    "scan.duplicate": "The trigger went twice. It counts once.",
    "type.digit": "Typed so far: {line}. Scan ENTER when it is whole.",
    "type.not_asked": "Nothing is to be typed here. Do what the line above says.",
    "type.too_long": "That is longer than {limit} characters. Type it again, shorter.",
    # the terminal
    "station.fault": "That did not work, and nothing was counted. Try once more; if it stays, tell a supervisor.",
    "station.fault_large": "FAULT",
    "station.fault_ask": "This screen cannot be shown. Sign off and on again; if it stays, tell a supervisor.",
    "station.errand_failed": "That did not work, for a reason that is in this station's log. Try again.",
    "station.badge_needed": "The central must know who asks. Scan your badge, then try again.",
    "station.bad_name": "{name} is no name for a station. Use letters, digits, - and _, at most 32, a letter or "
    "digit first.",
    "station.no_folder": "The station's folder {folder} cannot be used: {reason}.",
    "station.token_void": "The central does not let this station in any more: its token is void. Nothing is lost. Have "
    "it enrolled again, with a new code.",
    "station.in_use": "Station {name} already runs here (process {pid}). End it first, or start another name.",
    "station.not_enrolled": 'Station {name} is not enrolled. Have "storehand code" run at the central, then start: '
    "storehand station {name} --central URL --enrol CODE",
    "station.bad_enrolment": "The enrolment of station {name} cannot be read ({file}: {reason}). Enrol it again.",
    # after a restart
    "recovered.units_counted": "Back after a restart. Last counted: {quantity} into your hand.",
    "recovered.count_undone": "Back after a restart. Last: {quantity} taken back from your hand.",
    "recovered.picked": "Back after a restart. Last counted: {quantity} × {sku} into tote {tote}.",
    "recovered.pick_undone": "Back after a restart. Last undone: {quantity} × {sku} out of tote {tote}.",
    "recovered.unit_verified": "Back after a restart. Last counted: {quantity} × {sku} from tote {tote} into the "
    "parcel.",
    "recovered.verify_undone": "Back after a restart. Last undone: {quantity} × {sku} back into tote {tote}.",
    "recovered.nothing_counted": "Back after a restart. Nothing was counted since you began.",
    # the journal
    "journal.full": "The disk of this station is full: nothing was counted. Stop here and tell a supervisor.",
    "journal.on_reserve": "The disk of this station is nearly full. Finish what you hold, sign off, tell a supervisor.",
    "journal.write_failed": "The disk of this station does not take anything: nothing was counted ({reason}). Tell a "
    "supervisor.",
    "journal.set_aside": "The journal of this station was broken ({reason}). It is kept as {file}; {kept} events of "
    "it were saved, and work goes on.",
    "journal.set_aside_torn": "The journal of this station was broken ({reason}). It is kept as {file}; {kept} events "
    "of it were saved, but not what you held: count it anew, and tell a supervisor.",
    "journal.unusable": "The journal {file} cannot be used: {reason}. Free space on the disk and check who owns it.",
    "journal.newer": "A later Storehand wrote this station's journal (version {version}, known here is {known}). "
    "Install that one.",
    "journal.newer_fact": "A later Storehand recorded the work in hand ({detail}). Install that one to go on.",
    "journal.sqlite_old": "SQLite {version} can lose what was confirmed. Use 3.51.3 or later: make env installs it.",
    "lent.unusable": "The file {file}, with what the central lent, cannot be used: {reason}. Free space on the disk "
    "and check who owns it.",
    # the central
    "sync.connecting": "Connecting to the central.",
    "sync.online": "Online.",
    "sync.fault": "Sending does not work, for a reason that is in this station's log. Work goes on; it is tried again.",
    "sync.journal_behind": "The central has {there} events of this station, its journal only {here}: an old copy of "
    "its disk? Stop, and tell a supervisor. Nothing more is sent.",
    "sync.journal_forgot": "The central has only {there} events of this station, and its journal begins at {first}: "
    "was an old backup restored there? Tell a supervisor. Nothing more is sent; give this station a new name.",
    "central.offline": "The central does not answer. Work goes on; it is tried again by itself.",
    "central.certificate": "The central's certificate is not trusted ({reason}). Check --ca and the address.",
    "central.ca": "The certificates in {file} cannot be read: {reason}.",
    "central.fault": "The central failed (status {status}). It is tried again by itself.",
    "central.nonsense": "What answers at {path} is not the central. Check the address; it is tried again.",
    "clock.off": "This station's clock says {station}, the central's {central}. Have it set right.",
}
