//! The inbox: what the owner has to know. A notice stays until it is acknowledged.

use crate::page::node::{Node, div};
use crate::page::parts::{empty, head, notice, quiet};
use crate::page::service::Service;
use crate::page::words::Key;
use leptos::prelude::*;

/// The screen.
pub(super) fn notices(s: Service) -> Node {
    Node::live(move || {
        Node::Many(vec![
            head(s, s.text(Key::NoticesTitle), None, None),
            div("stack").child(list(s)).into(),
        ])
    })
}

fn list(s: Service) -> Node {
    let notices = s.notices.get();
    if notices.is_empty() {
        let (title, words) = (s.text(Key::NoNotices), s.text(Key::NoNoticesText));
        return empty("bell", title, words, Vec::new());
    }
    let mut shown = vec![quiet(s.text(Key::NoticesLead)).into()];
    shown.extend(notices.iter().map(|it| notice(s, it)));
    Node::Many(shown)
}
