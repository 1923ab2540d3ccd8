//! The whole request: what is wrong with all of it, and what none of it shows.

use super::*;
use saifu_protocol::limits;

#[test]
fn request_problems_name_themselves() {
    let mut world = World::new();
    let request = world.next_request();
    let none: Result<Vec<Outcome<Registered>>, Problem> =
        world.call(Route::Register, request, Vec::<RegisterItem>::new());
    assert_eq!(none.unwrap_err().code, Code::Malformed);
    let items: Vec<ListItem> = (0..=limits::MAX_ITEMS)
        .map(|_| ListItem { after: None })
        .collect();
    let many: Result<Vec<Outcome<Page>>, Problem> = world.call(Route::Certificates, request, items);
    assert_eq!(many.unwrap_err().limit, Some(limits::MAX_ITEMS as u64));
    let body = vec![0; limits::MAX_REQUEST_BYTES + 1];
    let reply = world.send(&HttpRequest {
        route: Route::Ack,
        authorization: None,
        idempotency_key: None,
        body: &body,
    });
    assert_eq!(reply.status, 413);
}

#[test]
fn debug_and_problems_show_no_object() {
    // An object in a log or an error would be a value anybody could use.
    let mut world = World::new();
    let held = world.register(1).remove(0);
    let refused = problem(world.recover_as(held.whole(), &Secret::new([9; 32]), A));
    let shown = format!("{refused:?} {:?} {:?}", world.keys, world.settings);
    let text = String::from_utf8(held.object).unwrap();
    assert!(
        !shown.contains(&text) && !shown.contains("nonce"),
        "{shown}"
    );
}
