//! Having the safe with the key fetch the rest: the recovery secret, and what is to become of what comes.

use super::secret::{self, Fields};
use crate::page::node::{Node, el};
use crate::page::parts::{option, quiet, safe_name, section, select};
use crate::page::service::Service;
use crate::page::words::{self, Key};
use leptos::prelude::*;
use saifu_wallet_core::intent::Intent;
use saifu_wallet_core::view::{BackupCard, OwnerCard};

/// The offer on the screen of a backup.
#[derive(Clone, Copy)]
pub(super) struct Fetch {
    s: Service,
    fields: Fields,
    /// Whether it is to be put back.
    back: RwSignal<usize>,
}

impl Fetch {
    pub(super) fn new(s: Service) -> Self {
        Self {
            s,
            fields: Fields::new(s),
            back: RwSignal::new(0),
        }
    }

    /// Nothing where no safe can do it, or the owner has no words there.
    pub(super) fn offer(self, card: &BackupCard) -> Option<Node> {
        let (s, backup) = (self.s, card.id);
        let by = card.fetched_by?;
        let owner = s.owner.get();
        let can_log_in = |it: &&OwnerCard| it.safe == by && secret::knows(it);
        let at = owner.safes.iter().find(can_log_in)?;
        if owner.is_restoring {
            return None;
        }
        let lang = s.lang.get();
        self.fields.expect(owner.kind);
        let options = vec![
            option(0, s.text(Key::FetchUse)),
            option(1, s.text(Key::FetchBack)),
        ];
        let (chosen, back) = (self.back.get(), self.back);
        let what = s.text(Key::FetchWhat);
        let note = match chosen {
            0 => Key::FetchUseNote,
            _ => Key::FetchBackNote,
        };
        let fields = vec![
            el("p")
                .child(words::let_fetch(
                    lang,
                    &safe_name(&at.operator, &at.address),
                ))
                .into(),
            quiet(s.text(Key::FetchText)).into(),
            select("fetch-then".into(), what, options, chosen, move |at| {
                back.set(at);
            }),
            quiet(s.text(note)).into(),
            self.fields.secret(),
        ];
        let form = secret::form(fields, s.text(Key::FetchDo), move || {
            if let Some(secret) = self.fields.read_secret() {
                s.send(Intent::Fetch {
                    backup,
                    secret,
                    put_back: back.get_untracked() == 1,
                });
                self.fields.forget();
            }
        });
        let mut content = secret::told(s);
        content.push(form.into());
        Some(section(s, "fetch", Key::FetchTitle, Node::Many(content)))
    }
}
