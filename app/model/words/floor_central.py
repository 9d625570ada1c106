"""Words of the catalogue: what the central says to the floor, to supervisors and to carriers."""

FLOOR_CENTRAL: dict[str, str] = {
    # stations
    "station.wrong_code": "This code is unknown, used or older than ten minutes. Ask for a new one: storehand code.",
    "station.clock_off": "The clock of {station} is off by {seconds} s. Set it; nothing is lost by it.",
    "station.printer_stuck": (
        "Printer {printer} of {station}: {trouble} Mend it there, or print on another one: F2 and then 2 at the bench."
    ),
    # sending facts
    "sync.gap": "Events are missing before these. The last one here is {last}.",
    "sync.no_hash": "{read} is no hash: 64 digits 0 to 9 and a to f are wanted.",
    "sync.too_fast": "Too many uploads. Try again in {seconds} s.",
    "sync.wrong_hash": (
        "{station} sent events {first} to {last} whose chain does not fit what it sent before. They are kept and not"
        " booked: look whether its journal was changed, or two terminals use one name."
    ),
    "sync.event_refused": "Event {number} ({type}) of {station} could not be booked: {reason}. It is kept.",
    "sync.order_not_updated": "Order {order} could not be brought up to date after facts of {station}: {reason}.",
    # work
    "work.none": "There is nothing to pick just now.",
    "work.unknown_cart": "There is no cart {cart}.",
    "work.tote_on_tour": "Tote {tote} of order {order} is on a tour at {station}.",
    "work.cart_in_use": "{operator} has cart {cart} at {station}.",
    "work.offer_gone": "Order {order} cannot come along any more.",
    "work.facts_missing": (
        "The tour on cart {cart} was at {station}, and not all of its picks have arrived. Connect {station}, or ask"
        " a supervisor to take the tour away."
    ),
    "work.busy": "Others are taking work just now. Scan cart {cart} again.",
    "tour.unknown": "There is no tour {tour}.",
    "tour.not_lent": "Tour {tour} is {state}: nobody has it.",
    "tour.overdue": "Tour {tour} on cart {cart} is out for long: {operator} at {station}.",
    # what was found on the floor
    "pick.found_fewer": "{location}: {found} of {sku} (lot {lot}) found, {missing} missing for order {order}.",
    "pick.wrong_stock_there": (
        "{location}: something else lies where {sku} (lot {lot}) should. Order {order} lacks {missing}."
    ),
    "pick.location_blocked": "{location} cannot be reached. Order {order} lacks {missing} of {sku} (lot {lot}).",
    "pick.units_missing": "{location}: {missing} of {sku} (lot {lot}) missing for {orders}. Count it.",
    "pick.not_empty_there": (
        "{location} should be empty after a pick of {sku} (lot {lot}), and {quantity} lie there. Count it."
    ),
    "pick.other_stock_there": (
        "{location}: something else lies where {sku} (lot {lot}) should. {missing} missing for {orders}. Count it."
    ),
    "pick.not_reached": "{location} cannot be reached: {missing} of {sku} (lot {lot}) missing for {orders}.",
    "pick.damaged_there": "{location}: {quantity} of {sku} (lot {lot}) damaged and set aside at {station}.",
    "pick.serial_captured_twice": (
        "Serial {serial} of {sku} was captured twice, for {orders}, last at {station}. Look which unit has it."
    ),
    "tote.conflict": "{tote} was taken for order {order} at {station}, but it carries order {other}. Look into it.",
    "tote.unknown": "There is no tote {tote}.",
    "tote.not_empty": "{tote} still holds units of order {order}. Put them back or pack them first.",
    "tote.on_tour": "{tote} is on tour {tour} at {station}.",
    "tote.home_unknown": "The books do not know where {sku} in {tote} came from. Name a location for it.",
    "pack.damaged_in_tote": "{quantity} of {sku} (lot {lot}) in {tote} damaged: order {order}, at {station}.",
    "pack.missing_in_tote": "{quantity} of {sku} (lot {lot}) not in {tote}: order {order}, at {station}.",
    "order.in_hospital": "{tote} of order {order} waits at {place}: {missing} units are missing.",
    # parcels and labels
    "parcel.unknown": "There is no parcel {parcel}.",
    "parcel.on_manifest": "Parcel {parcel} is on manifest {manifest}. It cannot be changed any more.",
    "parcel.void": "Parcel {parcel} is void.",
    "parcel.closed_under_other_label": (
        "Parcel {parcel} of order {order} was closed under {sscc}, which is not its label. Take that label off the box."
    ),
    "parcel.not_weighed": "Parcel {parcel} is still open: pack it on.",
    "parcel.no_label": "Parcel {parcel} has no label.",
    "parcel.not_waiting": "Parcel {parcel} does not wait for a label.",
    "label.no_carrier": "No carrier takes parcel {parcel} of order {order}: {reasons}",
    "label.failed": "The label of parcel {parcel}, order {order}, cannot be drawn: {reasons}",
    "label.unreadable": "The label of parcel {parcel}, order {order}, does not read: {reasons}",
    "label.no_carton": "There is no carton {carton}, so nobody knows how large the parcel is.",
    # manifests and tracking
    "manifest.empty": "No closed parcel waits for {carrier}.",
    "manifest.unknown": "There is no manifest {manifest}.",
    "tracking.wrong_signature": (
        "The signature does not fit. Wanted: HMAC-SHA256 of the raw body with the secret of {carrier}."
    ),
    "tracking.no_batch": (
        'This is no batch. Wanted: {{"milestones": [{{"tracking", "code", "occurred_at", "place"}}]}}.'
    ),
    "tracking.too_many": "{count} milestones are too many for one batch: at most {most}.",
    "parcel.no_movement": (
        "{carrier} has not seen parcel {parcel} ({tracking}, order {order}) for too long. Last: {milestone}."
    ),
    "parcel.held_customs": "{carrier}: {tracking} (order {order}) is held by customs. {place}",
    "parcel.held_address": "{carrier}: {tracking} (order {order}) is held, its address is wrong. {place}",
    "parcel.held_payment": "{carrier}: {tracking} (order {order}) is held until it is paid for. {place}",
    "parcel.damaged": "{carrier}: {tracking} (order {order}) is damaged. {place}",
    "parcel.attempt_failed": "{carrier}: {tracking} (order {order}) could not be delivered. {place}",
    "parcel.returning": "{carrier}: {tracking} (order {order}) is coming back. {place}",
    "parcel.cancelled": "{carrier}: {tracking} (order {order}) was cancelled. {place}",
    "parcel.lost": "{carrier}: {tracking} (order {order}) is lost. {place}",
    "parcel.returned": "{carrier}: {tracking} (order {order}) came back. {place}",
    # people and their requests
    "operator.unknown": "Nobody here has this badge. Sign in again.",
    "role.needed": "This needs the role of a {role}.",
    "exception.unknown": "There is no such exception any more.",
    "exception.lost_race": "{owner} was first: it is {state}.",
    "exception.wrong_fix": "{fix} does not help here. Proposed: {wanted}.",
    "fix.quantity_needed": "How many were counted? Name a quantity.",
    "fix.sku_needed": "Which SKU is it? Name it.",
    "fix.no_location": "{kind} {subject} is no location that could be counted.",
    "order.still_held": "Order {order} is still held: mend it first.",
    "order.nothing_to_ship": "Nothing of order {order} is there. Wait for stock, or cancel it.",
    "order.still_no_stock": "Order {order} still lacks stock.",
    "location.unknown": "There is no location {location}.",
    "api.too_large": "The request has more than {most} bytes.",
}
