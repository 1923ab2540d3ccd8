//! What a safe keeps of owners.

use super::guesses::{FORGOTTEN_AFTER, Guesses};
use alloc::vec::Vec;
use saifu_crypto::Secret;
use saifu_crypto::opaque::{Expected, KE2_LEN, Record};
use saifu_protocol::limits::{MAX_OWNER_ACCOUNTS, OWNER_LOGIN_LIFETIME, OWNER_SESSION_LIFETIME};
use saifu_protocol::owner::{DeviceId, Frozen, Kept, LookUpId, Suite, Which};
use saifu_protocol::{PublicKey, RequestId, SessionId, UnixTime, fixed_bytes};

/// Seconds after which an attempt is forgotten: until then the session that it ended in may be asked for again.
pub const ATTEMPT_LIFETIME: u64 = OWNER_LOGIN_LIFETIME + OWNER_SESSION_LIFETIME + 1;

/// The most attempts that are kept. Anybody can begin as many as they like, under names that nobody has, and each is a row of
/// about 900 bytes with its indices for 20 minutes: 9 MB of an object that stores 10 GB. When there are more, the oldest go:
/// whoever makes thousands of them pushes an owner out only if they make all these while the owner stretches a secret,
/// which takes a phone a second or two. So nobody is turned away, and no answer depends on whether a name is known.
pub const MAX_ATTEMPTS: usize = 10_000;

/// The most names that nobody has whose guesses are counted: rows of about 200 bytes for 90 days, so 20 MB. When there are more,
/// those at which somebody guessed first are forgotten. What is enrolled is never among them.
pub const MAX_GUESSED_NAMES: usize = 100_000;

fixed_bytes!(
    /// Which OPRF key a secret is evaluated under: a key of its own for each.
    CredentialId, 32
);

/// A name: the guesses at it, and what is enrolled under it, if anything is.
#[derive(Clone, PartialEq, Eq)]
pub struct Owner {
    /// The name, as this safe knows it.
    pub look_up: LookUpId,
    /// The guesses at the recovery secret, the newest and the one before.
    pub guesses: Guesses,
    /// Those at the recovery kit, which are counted apart: its secret is another one, and lies in another place.
    pub kit_guesses: Guesses,
    /// What is enrolled.
    pub enrolled: Option<Enrolment>,
}

/// What is enrolled under a name.
#[derive(Clone, PartialEq, Eq)]
pub struct Enrolment {
    /// The secret that was enrolled last.
    pub newest: Credential,
    /// The one before, until the change is settled.
    pub previous: Option<Credential>,
    /// The recovery kit's.
    pub kit: Option<Kit>,
    /// The map that every login gives out, sealed under the owner's root.
    pub map: Option<Vec<u8>>,
    /// The accounts whose registrations are the owner's, in the order in which they joined.
    pub accounts: Vec<PublicKey>,
    /// Whether nothing of it leaves.
    pub frozen: Option<Frozen>,
    /// When that was lifted last.
    pub thawed: Option<UnixTime>,
}

/// A recovery kit.
#[derive(Clone, PartialEq, Eq)]
pub struct Kit {
    /// Its secret.
    pub credential: Credential,
    /// Since when it opens.
    pub since: UnixTime,
}

/// A secret.
#[derive(Clone, PartialEq, Eq)]
pub struct Credential {
    /// Under which key it is evaluated.
    pub id: CredentialId,
    /// How.
    pub suite: Suite,
    /// What it is checked by.
    pub record: Record,
    /// What is kept under it.
    pub kept: Kept,
}

/// A login that was begun.
#[derive(Clone, PartialEq, Eq)]
pub struct Attempt {
    /// Who began it.
    pub account: PublicKey,
    /// In which request.
    pub request: RequestId,
    /// At which name.
    pub look_up: LookUpId,
    /// With which secret.
    pub which: Which,
    /// Hash of the first message, to tell a repeat from a reuse.
    pub ke1: [u8; 32],
    /// The credential that was evaluated, there or not.
    pub credential: CredentialId,
    /// The second message, for repeats.
    pub ke2: [u8; KE2_LEN],
    /// What the last message must be.
    pub expected: Expected,
    /// When it was begun.
    pub at: UnixTime,
    /// The session that it ended in.
    pub session: Option<SessionId>,
}

/// A session.
#[derive(Clone, PartialEq, Eq)]
pub struct Session {
    /// Its id.
    pub id: SessionId,
    /// Whose.
    pub look_up: LookUpId,
    /// Of which account: in no other's requests does it hold.
    pub account: PublicKey,
    /// What opened it. When that ends, so does the session.
    pub opened_by: OpenedBy,
    /// Its key.
    pub key: Secret,
    /// Until when it holds.
    pub until: UnixTime,
    /// When it last asked to lift a freeze.
    pub thaws: Option<UnixTime>,
}

/// What opened a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OpenedBy {
    /// A secret.
    Secret(CredentialId),
    /// A device.
    Device(DeviceId),
}

impl Owner {
    /// A name at which nobody has guessed and which nobody has.
    pub fn unknown(look_up: LookUpId) -> Self {
        Self {
            look_up,
            guesses: Guesses::default(),
            kit_guesses: Guesses::default(),
            enrolled: None,
        }
    }

    /// The secret that is meant.
    pub fn credential(&self, which: Which) -> Option<&Credential> {
        let enrolled = self.enrolled.as_ref()?;
        match which {
            Which::Newest => Some(&enrolled.newest),
            Which::Previous => enrolled.previous.as_ref(),
            Which::Kit => enrolled.kit.as_ref().map(|kit| &kit.credential),
        }
    }

    /// The guesses at the secret that is meant.
    pub fn guesses_at(&mut self, which: Which) -> &mut Guesses {
        match which {
            Which::Newest | Which::Previous => &mut self.guesses,
            Which::Kit => &mut self.kit_guesses,
        }
    }

    /// Whether the row says nothing that a missing row does not say.
    pub fn is_forgotten(&self, now: UnixTime) -> bool {
        self.forgotten_at().is_some_and(|at| now >= at)
    }

    /// From when on that is so.
    pub fn forgotten_at(&self) -> Option<UnixTime> {
        let is_name_only = self.enrolled.is_none();
        let last = self.guesses.last.max(self.kit_guesses.last);
        is_name_only.then(|| last.plus(FORGOTTEN_AFTER))
    }
}

impl Enrolment {
    /// Which of the secrets this is.
    pub fn which(&self, id: &CredentialId) -> Option<Which> {
        let is = |credential: &Credential| credential.id == *id;
        if is(&self.newest) {
            Some(Which::Newest)
        } else if self.previous.as_ref().is_some_and(is) {
            Some(Which::Previous)
        } else {
            let kit = self.kit.as_ref().filter(|kit| is(&kit.credential));
            kit.map(|_| Which::Kit)
        }
    }

    /// The secret with this id.
    pub fn credential_mut(&mut self, id: &CredentialId) -> Option<&mut Credential> {
        let kit = self.kit.as_mut().map(|kit| &mut kit.credential);
        let secrets = core::iter::once(&mut self.newest).chain(self.previous.as_mut());
        secrets.chain(kit).find(|credential| credential.id == *id)
    }

    /// Counts an account as the owner's; `false` when there are too many.
    pub fn join(&mut self, account: PublicKey) -> bool {
        if self.accounts.contains(&account) {
            return true;
        }
        let has_room = self.accounts.len() < MAX_OWNER_ACCOUNTS;
        if has_room {
            self.accounts.push(account);
        }
        has_room
    }
}

impl Attempt {
    /// Whether it is too late to end it. A clock that was set back ends none.
    pub fn is_over(&self, now: UnixTime) -> bool {
        now.since(self.at) > OWNER_LOGIN_LIFETIME
    }

    /// Whether nothing asks for it any more, not even a repeat of a login that ended in a session.
    pub fn is_forgotten(&self, now: UnixTime) -> bool {
        now >= self.forgotten_at()
    }

    /// From when on that is so.
    pub fn forgotten_at(&self) -> UnixTime {
        self.at.plus(ATTEMPT_LIFETIME)
    }
}

impl Session {
    /// Whether it holds no more.
    pub fn is_over(&self, now: UnixTime) -> bool {
        now >= self.over_at()
    }

    /// From when on that is so.
    pub fn over_at(&self) -> UnixTime {
        self.until.plus(1)
    }
}
