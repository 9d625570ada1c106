"""Words of the catalogue: signing."""

SIGNING: dict[str, str] = {
    # large
    "sign.badge_large": "SCAN BADGE",
    "sign.pin_large": "TYPE PIN",
    "sign.exceptions_large": "EXCEPTIONS",
    # ask
    "sign.ask_badge": "Scan your badge to sign in.",
    "sign.ask_unlock": "Locked. {name}: scan your badge to go on.",
    "sign.ask_pin": "{name}: type your PIN and press Enter. Back (F7) gives up.",
    "sign.ask_pass_or_park": (
        "{name}: scan your badge again to leave the work here, or a colleague's badge twice to pass it on."
        " Back (F7) stays."
    ),
    "sign.ask_pass_on": "Scan the badge of {name} again to pass the work on. Back (F7) stays.",
    "sign.ask_exceptions": "{open} exceptions. Take one and resolve it.",
    # verdicts
    "sign.welcome": "Welcome, {name}.",
    "sign.goodbye": "{name} is signed off.",
    "sign.paused": "{name} pauses: the work stays as it is; scan your badge to go on",
    "sign.unlocked": "Welcome back, {name}.",
    "sign.parked": "The work is left here. {name} is signed off.",
    "sign.passed_on": "The work goes on in the hands of {name}.",
    "sign.stays": "{name} stays signed in.",
    "sign.never_mind": "No PIN typed. Scan a badge.",
    "sign.pin_for": "{name}: type your PIN.",
    "sign.checking_pin": "Checking the PIN.",
    "sign.pass_or_park": "There is work in hand. Scan your badge again to leave it here, or a colleague's badge.",
    "sign.again_to_pass_on": "There is work in hand. Scan the badge of {name} again to pass it on.",
    "sign.view_picking": "Picking.",
    "sign.view_packing": "Packing.",
    "sign.view_exceptions": "Exceptions.",
    "sign.why": "This is why.",
    "sign.help": "The keys that work are shown below.",
    # refusals
    "sign.scan_your_badge": "Nobody is signed in. Scan your badge first.",
    "sign.taken_back": "The badge of {name} is no longer valid. What was counted is kept; a colleague's badge takes "
    "the work over.",
    "sign.badge_unknown": "This badge is not known here. Ask a supervisor to enrol it.",
    "sign.badge_closed": (
        "The badge of {name} is closed here after five wrong PINs. Another supervisor must sign in first."
    ),
    "sign.locked_for": "Locked. {name} must scan the badge first.",
    "sign.is_signed_in": "{name} is signed in already. Sign off with F9.",
    "sign.may_not_take_over": "{name} does not have the role for the work in hand. Scan another colleague's badge.",
    "sign.scan_badge_again": "Scan the badge again, or press back (F7).",
    "sign.type_pin": "Type the PIN and press Enter, or press back (F7).",
    "sign.pin_is_digits": "A PIN is 4 to 12 digits.",
    "sign.pin_wrong": "The PIN is wrong. Tries left: {left}.",
    "sign.pin_wrong_closed": "The PIN is wrong. The badge is closed here until another supervisor signs in.",
    "sign.only_one_view": "Your role has only this view.",
    "sign.not_in_this_view": "This does nothing in the exceptions. Change the view with F8.",
    "sign.unknown_command": "{read} is no command of this terminal. Use the printed command sheet.",
    "sign.no_why": "There is nothing to explain here.",
}
