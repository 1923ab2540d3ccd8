//! The inbox: what the owner has to know. A notice stays until it is acknowledged.

use crate::page::parts::{empty, head, notice};
use crate::page::service::Service;
use crate::page::words::Key;
use leptos::prelude::*;

/// The screen.
pub(super) fn notices(s: Service) -> AnyView {
    view! {
        {move || head(s, s.text(Key::NoticesTitle), None, None)}
        <div class="stack">{move || list(s)}</div>
    }
    .into_any()
}

fn list(s: Service) -> AnyView {
    let notices = s.notices.get();
    if notices.is_empty() {
        let (title, words) = (s.text(Key::NoNotices), s.text(Key::NoNoticesText));
        return empty("bell", title, words, Vec::new());
    }
    let shown: Vec<AnyView> = notices.iter().map(|it| notice(s, it)).collect();
    view! { <p class="quiet">{s.text(Key::NoticesLead)}</p>{shown} }.into_any()
}
