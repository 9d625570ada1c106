"""Words of the catalogue: what devices are doing, and what is wrong with a code or a number."""

DEVICES: dict[str, str] = {
    "device.connecting": "{device}: connecting to {port}.",
    "device.ready": "{device} is ready at {port}.",
    "device.lost": "{device} is gone from {port}. Plug it in or switch it on: it is picked up by itself.",
    "device.not_found": "{device}: nothing is plugged in at {port}. Plug it in: it is picked up by itself.",
    "device.not_allowed": "{device}: this user may not open {port}. Put the user into the group that owns the "
    "port (on Debian: dialout) and sign in to the machine again.",
    "device.unreachable": "{device}: {port} does not answer ({reason}). It is tried again by itself.",
    "device.busy": "{device}: {port} is already in use by {owner}. End it there, or give this station another "
    "port.",
    "device.busy_unknown": "{device}: {port} is already in use by another program. End it there, or give this "
    "station another port.",
    "device.wrong_url": "{device}: {port} is no device path or pyserial URL ({reason}). Right would be "
    "/dev/ttyACM0 or socket://10.0.0.7:4000.",
    "device.too_long": "{device}: what was scanned is longer than {limit} bytes, or came without its end. "
    "Nothing was counted: scan again.",
    "gs1.empty": "This GS1 code has nothing in it. Use another label of the same item.",
    "gs1.check_digit": "A number in this code has a wrong check digit. Scan again; if it stays, use another label.",
    "gs1.unknown_identifier": "This GS1 code has a field that GS1 does not know. Use another label.",
    "gs1.too_short": "A field of this GS1 code is too short. Scan again; if it stays, use another label.",
    "gs1.too_long": "A field of this GS1 code is too long: its separator is missing. Use another label.",
    "gs1.not_digits": "A number in this GS1 code has other signs than digits in it. Use another label.",
    "gs1.wrong_character": "This GS1 code has a sign in it that GS1 does not allow. Use another label.",
    "gs1.date": "A date in this GS1 code does not exist. Use another label.",
    "gs1.contradiction": "This GS1 code says the same thing twice, and differently. Use another label.",
    "gs1.two_items": "This GS1 code names an item and the content of a case at once. Use another label.",
    "gs1.no_count": "This GS1 code names the content of a case but not how many. Use another label.",
    "sscc.extension": "The extension digit of a parcel number is {extension}. It must be 0 to 9.",
    "sscc.prefix": "The GS1 company prefix is {prefix}. It must be 4 to 12 digits, as GS1 gave it.",
    "sscc.serial": "Parcel number {serial} does not fit behind the company prefix {prefix}: it must be 0 to {most}.",
}
