//! Channels: what the wallet asks a safe at which its owner is logged in goes inside that session, whichever flow asks.
//!
//! Here they are in memory alone, and go with the wallet when it is locked; a login under way has its own in its record. One is dropped when the safe says, inside a sealed reply,
//! that it is over, and when it must be over by the time here; then the same is asked again, sealed to the safe's lasting key
//! as before there was a session. Nothing that is said in the clear brings that about.

use super::Wallet;
use crate::client::Channel;
use crate::flow::Flow;
use crate::ids::FlowId;
use crate::map::Set;
use alloc::vec::Vec;
use saifu_protocol::limits::OWNER_SESSION_LIFETIME;
use saifu_protocol::{SafeId, SessionId};

/// The sessions that are known since the wallet was opened.
#[derive(Debug, Default)]
pub(super) struct Channels {
    /// In the order in which they became known.
    open: Vec<Kept>,
    /// Those that are over. A login may have one of them in its record still.
    over: Set<(SafeId, SessionId)>,
}

#[derive(Debug)]
struct Kept {
    safe: SafeId,
    channel: Channel,
    until_ms: u64,
}

impl Kept {
    fn is(&self, safe: SafeId, session: SessionId) -> bool {
        self.safe == safe && self.channel.session == session
    }
}

impl Channels {
    pub(super) fn note(&mut self, safe: SafeId, channel: Channel, now_ms: u64) {
        let session = channel.session;
        // A safe chooses its sessions' ids: it can say nothing of another's.
        let is_known = self.open.iter().any(|kept| kept.is(safe, session));
        if is_known || self.over.contains_key(&(safe, session)) {
            return;
        }
        // It began before this, so by then it is over at the safe, whatever its clock shows.
        let until_ms = now_ms.saturating_add(OWNER_SESSION_LIFETIME * 1_000);
        self.open.push(Kept {
            safe,
            channel,
            until_ms,
        });
    }

    /// The newest at a safe.
    fn at(&self, safe: SafeId) -> Option<&Channel> {
        let mut newest = self.open.iter().rev();
        newest
            .find(|kept| kept.safe == safe)
            .map(|kept| &kept.channel)
    }

    /// The safe has said so.
    pub(super) fn end(&mut self, safe: SafeId, session: SessionId) {
        self.over.add((safe, session));
        self.open.retain(|kept| !kept.is(safe, session));
    }

    /// Forgets what must be over.
    pub(super) fn forget(&mut self, now_ms: u64) {
        let over = &mut self.over;
        self.open.retain(|kept| {
            let holds = now_ms <= kept.until_ms;
            if !holds {
                over.add((kept.safe, kept.channel.session));
            }
            holds
        });
    }
}

impl Wallet {
    /// Before a login goes on: whatever else asks its safe from then on goes in its session.
    pub(super) fn note_channel(&mut self, flow: FlowId, now_ms: u64) {
        if let Some(Flow::Login(login)) = self.books.flow(flow)
            && let Some(channel) = login.channel()
        {
            self.channels.note(login.safe, channel, now_ms);
        }
    }

    /// What a flow asks a safe in. A login has its own session or none: it is there to open another one.
    pub(super) fn channel(&self, flow: FlowId, safe: SafeId) -> Option<Channel> {
        let channels = &self.channels;
        match self.books.flow(flow)? {
            Flow::Login(login) => login
                .channel()
                .filter(|it| !channels.over.contains_key(&(safe, it.session))),
            _ => channels.at(safe).cloned(),
        }
    }
}
