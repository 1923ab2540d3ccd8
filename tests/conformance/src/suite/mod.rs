//! What any safe must do.

mod audit;
mod channel;
mod describe;
mod devices;
mod end;
mod freeze;
mod given;
mod list;
mod login;
mod order;
mod recover;
mod register;
mod request;
mod rotate;
mod scene;
mod search;
pub(crate) mod wait;

pub(crate) use scene::ensure;

use crate::wallet::{Check, Wallet};

pub(crate) type Case = (&'static str, fn(&Wallet) -> Check);

pub(crate) const CASES: &[Case] = &[
    ("the safe describes itself", describe::describes_itself),
    (
        "headers let any wallet in and keep caches out",
        describe::headers,
    ),
    ("an unknown address is a problem", describe::unknown_address),
    (
        "a registration gives a certificate that collates",
        register::registration_collates,
    ),
    (
        "a repeated registration is answered byte for byte",
        register::registration_repeats,
    ),
    (
        "a request id with other content is refused",
        register::request_reused,
    ),
    (
        "a refused item takes no counter, also when repeated",
        register::refused_item,
    ),
    (
        "class and digest that are given are taken over, also when repeated",
        given::given_is_taken_over,
    ),
    ("what is given is held to its limits", given::given_limits),
    (
        "the bare form finds a sealed digest and no other",
        given::sealed_bare_form,
    ),
    (
        "what is sealed, divided or coupled is handed out once",
        given::given_once,
    ),
    (
        "a key is read by every session until it is retired",
        given::read_only,
    ),
    (
        "a batch of 50 takes ascending counters",
        register::batch_of_50,
    ),
    ("equal objects are two entries", register::equal_objects),
    ("the largest object comes back", register::largest_object),
    (
        "limits are named when they are exceeded",
        register::limits_are_named,
    ),
    (
        "a recovery gives the bytes as often as its session asks",
        recover::recovery,
    ),
    ("a batch of 50 recovers and ends", recover::batch_recovery),
    (
        "another session is refused with a receipt",
        recover::other_session,
    ),
    (
        "a confirmation is final and its receipt the same every time",
        end::confirmation,
    ),
    (
        "a return lets others in and its session out",
        end::giving_back,
    ),
    (
        "a return that overtakes its recovery bars it",
        end::return_overtakes,
    ),
    (
        "a retirement is final and its receipt the same every time",
        end::retirement,
    ),
    (
        "a registration is retired by its request",
        end::retire_registration,
    ),
    (
        "a registration called off before it arrives never does",
        end::called_off,
    ),
    (
        "a rotation lets the next holder in and the last one out",
        rotate::rotation,
    ),
    (
        "a repeated rotation is answered byte for byte",
        rotate::rotation_repeats,
    ),
    (
        "what is open or over is not rotated, and a receipt says so",
        rotate::rotation_refused,
    ),
    (
        "a rotation is held to its form and its proof",
        rotate::rotation_proof,
    ),
    (
        "a registration keeps its certificates when they are replaced",
        rotate::rotation_of_registration,
    ),
    (
        "a batch of 50 is rotated in one request",
        rotate::batch_rotation,
    ),
    (
        "a rotated certificate is listed to its new account only",
        rotate::rotation_listing,
    ),
    (
        "many rotations at once leave one holder",
        rotate::many_rotations,
    ),
    ("a stranger learns nothing", search::stranger),
    ("a proof holds for one act", search::proof_of_another_act),
    (
        "a wrong hash is told from a wrong certificate",
        search::mismatches,
    ),
    (
        "the bare form opens and gives the whole certificate",
        recover::bare_form,
    ),
    ("a wrong clock is told the time", request::clock),
    (
        "a registration that was signed to be sent later is taken for days, and nothing else is",
        request::prepared,
    ),
    (
        "a request for another safe, route, body or key is refused",
        request::wrong_request,
    ),
    ("a body that does not read is refused", request::unreadable),
    (
        "certificates are listed in the order of their counters",
        list::listing,
    ),
    (
        "many sessions at once get one entry once",
        recover::many_sessions,
    ),
    ("the descriptor names the login", login::is_described),
    ("the descriptor names devices", devices::is_described),
    (
        "devices: a passkey logs in to the safe that it knows, without a name",
        devices::passkey,
    ),
    (
        "devices: a terminal logs in, and nobody in its place",
        devices::terminal,
    ),
    (
        "devices: what one says is of one conversation",
        devices::one_conversation,
    ),
    (
        "devices: unknown, removed, misplaced and copied ones are told the same",
        devices::told_the_same,
    ),
    (
        "devices: those of another site are the operator's choice",
        devices::other_site,
    ),
    (
        "devices: each is of one owner, who names and removes it",
        devices::one_owner,
    ),
    (
        "devices: a kit opens beside the secret until it is revoked",
        devices::kit,
    ),
    (
        "devices: the common map comes with every way in",
        devices::common_map,
    ),
    (
        "login: whoever lost everything finds their certificates",
        login::everything_lost,
    ),
    (
        "channel: everything is asked in a session as it is outside",
        channel::everything,
    ),
    (
        "channel: what was asked in one is repeated outside",
        channel::repeats,
    ),
    (
        "channel: over, unknown, another's or not sealed in it are told the same, sealed",
        channel::over,
    ),
    ("login: an account joins its owner's", login::joining),
    ("login: whoever comes first has the name", login::names),
    (
        "login: a name that nobody has looks like one that somebody has",
        login::nobodys_name,
    ),
    ("login: guesses count, whoever makes them", login::guesses),
    (
        "login: either secret opens until the change is settled",
        login::changing,
    ),
    (
        "login: a session holds for its account, request and act",
        login::sessions,
    ),
    (
        "login: what a lost device has opened is taken over, once",
        login::takeover,
    ),
    (
        "an order does what its entry's holder could do",
        order::obeyed,
    ),
    (
        "an order is taken from its relay, for its safe, of the entry's owner",
        order::refused,
    ),
    ("an order is one for one device", order::once),
    ("login: notes and items have limits", login::form),
    (
        "a repeat with another note is a reuse of its request",
        login::notes_are_bound,
    ),
    (
        "wait: others wait as long as a registration says",
        wait::others_wait,
    ),
    (
        "wait: its owner says no for ever, or yes at once",
        wait::owner_decides,
    ),
    (
        "wait: longer holds at once, shorter when the one before is over",
        wait::setting,
    ),
    (
        "wait: those who open first are told first, whoever else asks",
        wait::many_ask,
    ),
    (
        "wait: an account is woken only where it wants, by a service its safe calls",
        wait::waking,
    ),
    (
        "freeze: nothing of the owner's leaves, whoever asks",
        freeze::nothing_leaves,
    ),
    (
        "freeze: two kinds of ways in lift it, and no way in comes meanwhile",
        freeze::two_ways_lift_it,
    ),
    (
        "freeze: where one kind of way could not lift it nothing freezes",
        freeze::one_kind_freezes_nothing,
    ),
    (
        "audit: chunks lead to the root in the certificate, and nothing changes",
        audit::chunks_are_shown,
    ),
    (
        "audit: only of what could be had now, and by its holder alone",
        audit::only_what_could_be_had,
    ),
    ("audit: places that are none are refused", audit::places),
    (
        "equal counters are told apart after the counter returned to 0",
        register::wrap,
    ),
    (
        "bytes go after the grace period and the tombstone stays",
        end::grace,
    ),
];
