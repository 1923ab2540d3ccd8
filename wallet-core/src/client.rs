//! Talking to a safe: builds requests and reads answers. Pure; sending them is somebody else's.
//!
//! What an answer means for the work is decided in one place, [`read`]: only what the safe said inside a sealed reply is
//! final. Anything outside — a status of a proxy, a problem in the clear, a broken connection — may stand in front of a
//! request that was carried out, so it is never taken as "not done".

mod owner;

pub(crate) use owner::{OwnerAnswer, OwnerQuestion};

use crate::books::{Safe, Session};
use crate::view::Waiting;
use alloc::string::String;
use alloc::vec::Vec;
use saifu_crypto::sign::SigningKey;
use saifu_crypto::{CryptoRng, Secret, hash, hpke};
use saifu_protocol::channel::{Bound, RequestWithin, Within};
use saifu_protocol::envelope::{self, Binding};
use saifu_protocol::hold::{AskedItem, AskedPage, WaitItem};
use saifu_protocol::json;
use saifu_protocol::message::{
    EndItem, Ended, Given, Outcome, Presented, RecoverItem, Recovered, RegisterItem, Registered,
    Reply, Request, RotateItem, Rotated, Route, Target,
};
use saifu_protocol::owner::Note;
use saifu_protocol::possession::{AuditItem, Audited};
use saifu_protocol::presentation::{self, Act, Purpose};
use saifu_protocol::problem::{Code, Problem};
use saifu_protocol::request::{self, SCHEME};
use saifu_protocol::{HolderId, PublicKey, RequestId, SessionId, UnixTime};
use serde::de::DeserializeOwned;
use zeroize::Zeroizing;

/// What is asked of a safe.
pub(crate) enum Question {
    /// Register an object (steps 1-8 to 1-12).
    Register(Registration),
    /// Recover the object of a certificate (step 2-9).
    Recover(Presentation),
    /// Confirm that it is stored.
    Ack(Presentation),
    /// Give it back.
    Return(Presentation),
    /// End the entry.
    Retire {
        /// Of what.
        target: Target,
        /// Seed of the holder's key.
        holder: Secret,
    },
    /// Bind the entry of a certificate that was handed over to a holder of this wallet.
    Rotate {
        /// The certificate as it was handed over, compact.
        compact: String,
        /// Seed of its holder's key, which whoever handed it over knows as well.
        holder: Secret,
        /// The next holder, whom this wallet alone knows the seed of.
        next: HolderId,
        /// What the owner is to find beside the new certificate.
        note: Option<Note>,
        /// Whose orders the entry is to obey from now on.
        orders: Option<PublicKey>,
        /// How many seconds others wait for it from now on.
        wait: u64,
    },
    /// How long others wait for what is registered already.
    Wait {
        /// Compact certificates and the seeds of their holders' keys.
        held: Vec<(String, Secret)>,
        /// So many seconds.
        wait: u64,
    },
    /// Chunks of objects.
    Audit(Vec<Looked>),
    /// Who waits for what this wallet has registered, and what becomes of them.
    Asked(AskedItem),
    /// What the owner does who logs in.
    Owner(OwnerQuestion),
}

/// An object to register. A type of its own: it is all that may be sent while nobody looks (see [`prepare`]).
pub(crate) struct Registration {
    /// The plain object.
    pub(crate) object: Vec<u8>,
    /// Seed of the holder's key.
    pub(crate) holder: Secret,
    /// What the wallet has made itself; the safe makes the digest of a plain value.
    pub(crate) given: Option<Given>,
    /// What the owner is to find beside the certificate.
    pub(crate) note: Option<Note>,
    /// Whose orders the entry is to obey.
    pub(crate) orders: Option<PublicKey>,
    /// How many seconds others wait for it.
    pub(crate) wait: u64,
}

impl Registration {
    fn item(&self) -> RegisterItem {
        RegisterItem {
            wait: self.wait,
            orders: self.orders,
            object: self.object.clone(),
            given: self.given.clone(),
            note: self.note.clone(),
            holder: HolderId::of(&PublicKey::new(SigningKey::derive(&self.holder).public())),
        }
    }
}

/// A certificate of whose object chunks are to be shown.
pub(crate) struct Looked {
    /// The certificate, compact.
    pub(crate) compact: String,
    /// Seed of the holder's key.
    pub(crate) holder: Secret,
    /// The places of the chunks.
    pub(crate) chunks: Vec<u32>,
}

/// A certificate presented for a session.
pub(crate) struct Presentation {
    /// The certificate, compact.
    pub(crate) compact: String,
    /// Seed of the holder's key.
    pub(crate) holder: Secret,
    /// The session: what is handed out is sealed to its key.
    pub(crate) session: Session,
}

impl Presentation {
    fn target(&self) -> Target {
        whole(&self.compact)
    }
}

fn whole(compact: &str) -> Target {
    Target::Certificate {
        presented: Presented::Certificate(compact.into()),
    }
}

/// To whom something is said, and how.
#[derive(Clone, Copy)]
pub(crate) struct To<'a> {
    pub(crate) safe: &'a Safe,
    /// What it is said in. Without one it is sealed to the safe's lasting key alone.
    pub(crate) channel: Option<&'a Channel>,
}

impl<'a> From<&'a Safe> for To<'a> {
    fn from(safe: &'a Safe) -> Self {
        Self {
            safe,
            channel: None,
        }
    }
}

/// An owner's session as what is asked in it is sealed by.
#[derive(Clone)]
pub(crate) struct Channel {
    pub(crate) session: SessionId,
    pub(crate) key: Secret,
}

impl core::fmt::Debug for Channel {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Channel(redacted)")
    }
}

impl Channel {
    fn close(
        &self,
        items: &[u8],
        reply_to: PublicKey,
        safe: &Safe,
        binding: &Binding,
        rng: &mut dyn CryptoRng,
    ) -> RequestWithin {
        let bound = Bound {
            binding: *binding,
            account: PublicKey::new(SigningKey::derive(&safe.account).public()),
            reply_to,
        };
        let within = Within::seal(self.session, &self.key, &bound, items, rng);
        RequestWithin { reply_to, within }
    }
}

/// What is needed to read the answer.
pub(crate) struct Expected {
    binding: Binding,
    reply_secret: Secret,
    body_hash: [u8; 32],
    /// The session in whose channel it was asked.
    channel: Option<SessionId>,
}

/// A request, ready to be sent.
pub(crate) struct Sealed {
    pub(crate) url: String,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Vec<u8>,
    pub(crate) expected: Expected,
}

/// What an answer means.
pub(crate) enum Verdict {
    /// A certificate, not yet checked: of a registration, or of a rotation.
    Registered(String),
    /// An object, not yet checked.
    Recovered(Recovered),
    /// A receipt, not yet checked.
    Ended(String),
    /// What an owner is answered.
    Owner(OwnerAnswer),
    /// From when on others wait so long, for each in turn.
    Waited(Vec<Outcome<UnixTime>>),
    /// Chunks, for each in turn, not yet checked.
    Audited(Vec<Outcome<Audited>>),
    /// Who waits.
    Asked(AskedPage),
    /// The safe's own word that it was not done.
    Refused(Problem),
    /// Whether it was done is not known: send the same request again, later.
    Unknown(Waiting),
    /// The safe's clock is another one: sign again.
    Clock(UnixTime),
    /// The safe cannot open the body: fetch its descriptor again.
    Rekey,
    /// The safe's own word that it knows nothing of what was asked, for the channel of this session is over: ask without.
    ChannelOver(SessionId),
}

/// Signs and seals a question, within the channel where there is one. The same `request` id on every attempt makes the safe answer a repeat from its record.
pub(crate) fn ask(
    to: &To<'_>,
    question: &Question,
    request: RequestId,
    now: UnixTime,
    rng: &mut dyn CryptoRng,
) -> Option<Sealed> {
    let safe = to.safe;
    let route = match question {
        Question::Register(_) => Route::Register,
        Question::Recover(_) => Route::Recover,
        Question::Ack(_) => Route::Ack,
        Question::Return(_) => Route::Return,
        Question::Retire { .. } => Route::Retire,
        Question::Rotate { .. } => Route::Rotate,
        Question::Wait { .. } => Route::Wait,
        Question::Audit(_) => Route::Audit,
        Question::Asked(_) => Route::Asked,
        Question::Owner(question) => question.route(),
    };
    let binding = Binding {
        safe: safe.id,
        route,
        request,
    };
    let reply_secret = match question {
        Question::Recover(presentation) => presentation.session.key.clone(),
        _ => Secret::make(rng),
    };
    let reply_to = PublicKey::new(hpke::derive_public(&reply_secret));
    let body = match question {
        Question::Register(registration) => seal(&registration.item(), reply_to, to, &binding, rng),
        Question::Recover(presentation) => {
            let item = RecoverItem {
                presented: Presented::Certificate(presentation.compact.clone()),
                session: presentation.session.id,
                proof: prove(
                    purpose(
                        Act::Recover,
                        &presentation.target(),
                        presentation.session.id,
                        &binding,
                    ),
                    &presentation.holder,
                ),
            };
            seal(&item, reply_to, to, &binding, rng)
        }
        Question::Ack(presentation) => seal(
            &end(Act::Ack, presentation, &binding),
            reply_to,
            to,
            &binding,
            rng,
        ),
        Question::Return(presentation) => seal(
            &end(Act::Return, presentation, &binding),
            reply_to,
            to,
            &binding,
            rng,
        ),
        Question::Retire { target, holder } => {
            let session = presentation::NO_SESSION;
            let item = EndItem {
                target: target.clone(),
                session,
                proof: prove(purpose(Act::Retire, target, session, &binding), holder),
            };
            seal(&item, reply_to, to, &binding, rng)
        }
        Question::Rotate {
            compact,
            holder,
            next,
            note,
            orders,
            wait,
        } => {
            let session = presentation::NO_SESSION;
            let purpose = Purpose {
                next: Some(*next),
                ..purpose(Act::Rotate, &whole(compact), session, &binding)
            };
            let item = RotateItem {
                wait: *wait,
                orders: *orders,
                target: Presented::Certificate(compact.clone()),
                holder: *next,
                proof: prove(purpose, holder),
                note: note.clone(),
            };
            seal(&item, reply_to, to, &binding, rng)
        }
        Question::Wait { held, wait } => {
            let held = held.iter();
            let items = held.map(|(compact, holder)| wait_item(compact, holder, *wait, &binding));
            seal_all(items.collect(), reply_to, to, &binding, rng)
        }
        Question::Audit(looked) => {
            let items = looked.iter().map(|looked| audit_item(looked, &binding));
            seal_all(items.collect(), reply_to, to, &binding, rng)
        }
        Question::Asked(item) => seal(item, reply_to, to, &binding, rng),
        Question::Owner(question) => question.seal(reply_to, to, &binding, rng),
    }?;
    let account = SigningKey::derive(&safe.account);
    let token = request::sign_request(safe.id, route, request, &body, now, &account);
    Some(Sealed {
        url: url(safe, route),
        headers: headers(&token, request),
        expected: Expected {
            binding,
            reply_secret,
            body_hash: hash::sha256(&body),
            channel: to.channel.map(|it| it.session),
        },
        body,
    })
}

fn url(safe: &Safe, route: Route) -> String {
    alloc::format!("{}{}", safe.address.as_str(), route.path())
}

fn headers(token: &str, request: RequestId) -> Vec<(&'static str, String)> {
    alloc::vec![
        ("authorization", alloc::format!("{SCHEME} {token}")),
        ("content-type", "application/json".into()),
        ("idempotency-key", alloc::format!("{request}")),
    ]
}

/// A registration, ready to be sent by who has no key.
pub(crate) struct Prepared {
    pub(crate) url: String,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Vec<u8>,
}

/// Signs and seals a registration that may be sent for [`limits::PREPARED_LIFETIME`] from `now` on. Its answer can be read by
/// nobody: what the safe says is heard when the wallet asks for the same itself.
pub(crate) fn prepare(
    safe: &Safe,
    registration: &Registration,
    request: RequestId,
    now: UnixTime,
    rng: &mut dyn CryptoRng,
) -> Option<Prepared> {
    let route = Route::Register;
    let binding = Binding {
        safe: safe.id,
        route,
        request,
    };
    let reply_to = PublicKey::new(hpke::derive_public(&Secret::make(rng)));
    // In no channel: it outlives every session.
    let to = &To::from(safe);
    let body = seal(&registration.item(), reply_to, to, &binding, rng)?;
    let account = SigningKey::derive(&safe.account);
    let token = request::sign_prepared(safe.id, request, &body, now, &account);
    Some(Prepared {
        url: url(safe, route),
        headers: headers(&token, request),
        body,
    })
}

fn wait_item(compact: &str, holder: &Secret, wait: u64, binding: &Binding) -> WaitItem {
    let purpose = purpose(
        Act::Wait,
        &whole(compact),
        presentation::NO_SESSION,
        binding,
    );
    WaitItem {
        target: Presented::Certificate(compact.into()),
        wait,
        proof: prove(purpose, holder),
    }
}

fn audit_item(looked: &Looked, binding: &Binding) -> AuditItem {
    let (target, session) = (whole(&looked.compact), presentation::NO_SESSION);
    AuditItem {
        proof: prove(
            purpose(Act::Audit, &target, session, binding),
            &looked.holder,
        ),
        target: Presented::Certificate(looked.compact.clone()),
        chunks: looked.chunks.clone(),
    }
}

fn end(act: Act, presentation: &Presentation, binding: &Binding) -> EndItem {
    let target = presentation.target();
    EndItem {
        session: presentation.session.id,
        proof: prove(
            purpose(act, &target, presentation.session.id, binding),
            &presentation.holder,
        ),
        target,
    }
}

fn purpose(act: Act, target: &Target, session: SessionId, binding: &Binding) -> Purpose {
    Purpose {
        safe: binding.safe,
        act,
        target: target.fingerprint(),
        session,
        request: binding.request,
        next: None,
    }
}

fn prove(purpose: Purpose, holder: &Secret) -> String {
    presentation::present(&purpose, &SigningKey::derive(holder))
}

fn seal<T: serde::Serialize>(
    item: &T,
    reply_to: PublicKey,
    to: &To<'_>,
    binding: &Binding,
    rng: &mut dyn CryptoRng,
) -> Option<Vec<u8>> {
    seal_all(alloc::vec![item], reply_to, to, binding, rng)
}

fn seal_all<T: serde::Serialize>(
    items: Vec<T>,
    reply_to: PublicKey,
    to: &To<'_>,
    binding: &Binding,
    rng: &mut dyn CryptoRng,
) -> Option<Vec<u8>> {
    let key = &to.safe.sealing_key;
    let Some(channel) = to.channel else {
        let request = Request { reply_to, items };
        return envelope::seal_request(&request, key, binding, rng).ok();
    };
    let items = Zeroizing::new(json::write(&items));
    let request = channel.close(&items, reply_to, to.safe, binding, rng);
    envelope::seal_request(&request, key, binding, rng).ok()
}

/// Reads an answer; `None` is no answer.
pub(crate) fn read(expected: &Expected, answer: Option<(u16, &[u8])>) -> Verdict {
    let Some((status, body)) = answer else {
        return Verdict::Unknown(Waiting::Unreachable);
    };
    if status != 200 {
        return outside(body);
    }
    match expected.binding.route {
        Route::Register => inside(expected, body, |item: Registered| {
            Verdict::Registered(item.certificate)
        }),
        Route::Rotate => inside(expected, body, |item: Rotated| {
            Verdict::Registered(item.certificate)
        }),
        Route::Recover => inside(expected, body, Verdict::Recovered),
        Route::Ack | Route::Return | Route::Retire | Route::Certificates => {
            inside(expected, body, |item: Ended| Verdict::Ended(item.receipt))
        }
        Route::Asked => inside(expected, body, Verdict::Asked),
        Route::Wait => several(expected, body, Verdict::Waited),
        Route::Audit => several(expected, body, Verdict::Audited),
        route => owner::read(route, expected, body),
    }
}

fn inside<T: DeserializeOwned>(
    expected: &Expected,
    body: &[u8],
    done: impl FnOnce(T) -> Verdict,
) -> Verdict {
    let Some(items) = opened::<T>(expected, body) else {
        return Verdict::Unknown(Waiting::Garbled);
    };
    let mut items = items.into_iter();
    match (items.next(), items.next()) {
        (Some(Outcome::Done(item)), None) => done(item),
        (Some(Outcome::Problem(problem)), None) => match problem.code {
            Code::Busy | Code::Internal => Verdict::Unknown(Waiting::SafeFailed),
            // Nothing was done, and the same request will be when it is time.
            Code::Waiting => Verdict::Unknown(Waiting::NotYet {
                until: problem.until.unwrap_or(UnixTime(0)),
            }),
            // Likewise, when its owner has lifted it.
            Code::Frozen => Verdict::Unknown(Waiting::Frozen {
                since: problem.since.unwrap_or(UnixTime(0)),
            }),
            Code::ChannelOver => over(expected),
            _ => Verdict::Refused(problem),
        },
        _ => Verdict::Unknown(Waiting::Garbled),
    }
}

/// What was not asked in a channel cannot fail by one.
fn over(expected: &Expected) -> Verdict {
    let session = expected.channel;
    session.map_or(Verdict::Unknown(Waiting::Garbled), Verdict::ChannelOver)
}

/// What is inside a sealed reply.
fn opened<T: DeserializeOwned>(expected: &Expected, body: &[u8]) -> Option<Vec<Outcome<T>>> {
    let reply: Result<Reply<T>, _> = envelope::open_reply(
        body,
        &expected.reply_secret,
        &expected.binding,
        &expected.body_hash,
    );
    reply.ok().map(|reply| reply.items)
}

/// The answer for each of several, unless it is to be asked for again.
fn several<T: DeserializeOwned>(
    expected: &Expected,
    body: &[u8],
    done: fn(Vec<Outcome<T>>) -> Verdict,
) -> Verdict {
    let Some(outcomes) = opened::<T>(expected, body) else {
        return Verdict::Unknown(Waiting::Garbled);
    };
    // One word for all of them: the safe does not know how many they are.
    if let [Outcome::Problem(problem)] = outcomes.as_slice()
        && problem.code == Code::ChannelOver
    {
        return over(expected);
    }
    let failed = |outcome: &Outcome<T>| match outcome {
        Outcome::Done(_) => false,
        Outcome::Problem(problem) => matches!(problem.code, Code::Busy | Code::Internal),
    };
    match outcomes.iter().any(failed) {
        true => Verdict::Unknown(Waiting::SafeFailed),
        false => done(outcomes),
    }
}

/// A problem in the clear. Whoever stands between could have written it, so it never ends anything.
fn outside(body: &[u8]) -> Verdict {
    let Ok(problem) = json::read::<Problem>(body) else {
        return Verdict::Unknown(Waiting::Garbled);
    };
    match problem.code {
        Code::Clock => problem
            .time
            .map_or(Verdict::Unknown(Waiting::Garbled), Verdict::Clock),
        Code::Envelope => Verdict::Rekey,
        Code::NoRoute => Verdict::Unknown(Waiting::TooOld),
        Code::Malformed
        | Code::TooLarge
        | Code::Unauthenticated
        | Code::RequestReused
        | Code::Busy
        | Code::IndexUnavailable
        | Code::Internal
        | Code::BadObject
        | Code::NotFound
        | Code::HashMismatch
        | Code::CertificateMismatch
        | Code::Damaged
        | Code::Conflict
        | Code::RolledBack
        | Code::CalledOff
        | Code::Waiting
        | Code::Denied
        | Code::Frozen
        | Code::ChannelOver => Verdict::Unknown(Waiting::SafeFailed),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use saifu_crypto::testing::Counting;
    use saifu_protocol::SafeId;
    use saifu_protocol::certificate::{Address, LegacyHash};
    use saifu_protocol::envelope::Items;

    const NOW: UnixTime = UnixTime(1_000);
    const REQUEST: RequestId = RequestId::new([1; 16]);

    /// A safe, and the key that opens what is sealed to it.
    fn safe() -> (Safe, Secret) {
        let sealing = Secret::new([2; 32]);
        let signing_key = PublicKey::new(SigningKey::derive(&Secret::new([3; 32])).public());
        let safe = Safe {
            id: SafeId::of(&signing_key),
            address: Address::parse("https://safe.example").unwrap(),
            operator: String::new(),
            jurisdiction: String::new(),
            signing_key,
            sealing_key: PublicKey::new(hpke::derive_public(&sealing)),
            attested_at: NOW,
            object_limit: 1 << 20,
            legacy_hash: LegacyHash::Off,
            rp_id: None,
            account: Secret::new([4; 32]),
        };
        (safe, sealing)
    }

    fn registration() -> Registration {
        Registration {
            object: alloc::vec![1, 2, 3],
            holder: Secret::new([5; 32]),
            given: None,
            note: None,
            orders: None,
            wait: 0,
        }
    }

    fn asked() -> (Sealed, Secret) {
        let (safe, sealing) = safe();
        let question = Question::Register(registration());
        let sealed = ask(&To::from(&safe), &question, REQUEST, NOW, &mut Counting(0)).unwrap();
        (sealed, sealing)
    }

    /// What the safe answers, sealed as only it can.
    fn reply(sealed: &Sealed, sealing: &Secret, items: Vec<Outcome<Registered>>) -> Vec<u8> {
        let binding = sealed.expected.binding;
        let opened: Request<RegisterItem> =
            envelope::open_request(&sealed.body, sealing, &binding).unwrap();
        assert_eq!(opened.items[0].object, [1, 2, 3]);
        let hash = hash::sha256(&sealed.body);
        let rng = &mut Counting(50);
        envelope::seal_reply(&Reply { items }, &opened.reply_to, &binding, &hash, rng).unwrap()
    }

    const SESSION: SessionId = SessionId::new([8; 16]);

    fn channel() -> Channel {
        Channel {
            session: SESSION,
            key: Secret::new([9; 32]),
        }
    }

    fn asked_in_channel() -> (Sealed, Secret) {
        let (safe, sealing) = safe();
        let to = To {
            safe: &safe,
            channel: Some(&channel()),
        };
        let question = Question::Register(registration());
        let sealed = ask(&to, &question, REQUEST, NOW, &mut Counting(0)).unwrap();
        (sealed, sealing)
    }

    /// As the safe reads it, with its own key alone.
    fn letter(sealed: &Sealed, sealing: &Secret) -> (PublicKey, Items) {
        envelope::open_letter(&sealed.body, sealing, &sealed.expected.binding).unwrap()
    }

    #[test]
    fn what_is_asked_in_a_channel_is_the_same_and_takes_the_key_of_the_session() {
        let (open, sealing) = asked();
        let (closed, _) = asked_in_channel();
        let Items::Open(items) = letter(&open, &sealing).1 else {
            panic!("in a channel")
        };
        let (reply_to, Items::Within(within)) = letter(&closed, &sealing) else {
            panic!("in no channel")
        };
        assert_eq!(within.session, SESSION);
        let bound = Bound {
            binding: closed.expected.binding,
            account: PublicKey::new(SigningKey::derive(&safe().0.account).public()),
            reply_to,
        };
        let inside = within.open(&channel().key, &bound).unwrap();
        assert_eq!(json::Json::parse(&inside), Ok(items));
        assert!(within.open(&sealing, &bound).is_err());
        // The same attempt is never the same bytes twice.
        assert_eq!(closed.url, open.url);
        assert_eq!(closed.headers[1..], open.headers[1..]);
        assert_eq!(alloc::format!("{:?}", channel()), "Channel(redacted)");
    }

    #[test]
    fn a_channel_ends_by_the_sealed_word_of_the_safe_it_was_used_at_and_by_nothing_else() {
        let over = || alloc::vec![Outcome::<Registered>::Problem(Code::ChannelOver.into())];
        let answer = |sealed: &Sealed, sealing: &Secret, items: Vec<Outcome<Registered>>| {
            let reply_to = letter(sealed, sealing).0;
            let (binding, hash) = (sealed.expected.binding, hash::sha256(&sealed.body));
            let rng = &mut Counting(50);
            envelope::seal_reply(&Reply { items }, &reply_to, &binding, &hash, rng).unwrap()
        };
        let (sealed, sealing) = asked_in_channel();
        let body = answer(&sealed, &sealing, over());
        let verdict = read(&sealed.expected, Some((200, &body)));
        assert!(matches!(verdict, Verdict::ChannelOver(SESSION)));
        // Asked in none.
        let (sealed, sealing) = asked();
        let body = answer(&sealed, &sealing, over());
        let verdict = read(&sealed.expected, Some((200, &body)));
        assert!(matches!(verdict, Verdict::Unknown(Waiting::Garbled)));
        // In the clear: whoever stands between would have the next attempt readable to who has the safe's key.
        let (sealed, _) = asked_in_channel();
        for code in Code::ALL {
            let body = serde_json::to_vec(&Problem::from(code)).unwrap();
            let verdict = read(&sealed.expected, Some((code.status(), &body)));
            assert!(!matches!(verdict, Verdict::ChannelOver(_)), "{code:?}");
        }
    }

    #[test]
    fn a_channel_that_is_over_is_one_answer_to_several_items() {
        let (safe, sealing) = safe();
        let to = To {
            safe: &safe,
            channel: Some(&channel()),
        };
        let held = alloc::vec![
            ("one".into(), Secret::new([5; 32])),
            ("two".into(), Secret::new([6; 32])),
        ];
        let question = Question::Wait { held, wait: 1 };
        let sealed = ask(&to, &question, REQUEST, NOW, &mut Counting(0)).unwrap();
        let items = alloc::vec![Outcome::<UnixTime>::Problem(Code::ChannelOver.into())];
        let reply_to = letter(&sealed, &sealing).0;
        let (binding, hash) = (sealed.expected.binding, hash::sha256(&sealed.body));
        let rng = &mut Counting(50);
        let body = envelope::seal_reply(&Reply { items }, &reply_to, &binding, &hash, rng);
        let verdict = read(&sealed.expected, Some((200, &body.unwrap())));
        assert!(matches!(verdict, Verdict::ChannelOver(SESSION)));
    }

    #[test]
    fn nothing_outside_a_sealed_reply_ends_anything() {
        let (sealed, _) = asked();
        for code in Code::ALL {
            let problem = Problem {
                time: Some(NOW),
                ..code.into()
            };
            let body = serde_json::to_vec(&problem).unwrap();
            let verdict = read(&sealed.expected, Some((problem.status, &body)));
            let is_harmless = match code {
                Code::Clock => matches!(verdict, Verdict::Clock(NOW)),
                Code::Envelope => matches!(verdict, Verdict::Rekey),
                _ => matches!(verdict, Verdict::Unknown(_)),
            };
            assert!(is_harmless, "{code:?}");
        }
        for (status, body) in [(200, &b"<html>"[..]), (502, b""), (200, b"{}"), (204, b"")] {
            let verdict = read(&sealed.expected, Some((status, body)));
            assert!(matches!(verdict, Verdict::Unknown(Waiting::Garbled)));
        }
        let silence = read(&sealed.expected, None);
        assert!(matches!(silence, Verdict::Unknown(Waiting::Unreachable)));
    }

    #[test]
    fn what_the_safe_says_sealed_is_final_unless_it_failed_itself() {
        for code in Code::ALL {
            let (sealed, sealing) = asked();
            let body = reply(
                &sealed,
                &sealing,
                alloc::vec![Outcome::Problem(code.into())],
            );
            let verdict = read(&sealed.expected, Some((200, &body)));
            let is_right = match code {
                Code::Busy | Code::Internal | Code::ChannelOver => {
                    matches!(verdict, Verdict::Unknown(_))
                }
                Code::Waiting => matches!(verdict, Verdict::Unknown(Waiting::NotYet { .. })),
                Code::Frozen => matches!(verdict, Verdict::Unknown(Waiting::Frozen { .. })),
                _ => matches!(verdict, Verdict::Refused(problem) if problem.code == code),
            };
            assert!(is_right, "{code:?}");
        }
    }

    #[test]
    fn a_reply_with_another_number_of_items_is_garbled() {
        let done = || {
            Outcome::Done(Registered {
                certificate: "certificate".into(),
            })
        };
        for items in [Vec::new(), alloc::vec![done(), done()]] {
            let (sealed, sealing) = asked();
            let body = reply(&sealed, &sealing, items);
            let verdict = read(&sealed.expected, Some((200, &body)));
            assert!(matches!(verdict, Verdict::Unknown(Waiting::Garbled)));
        }
        let (sealed, sealing) = asked();
        let body = reply(&sealed, &sealing, alloc::vec![done()]);
        let verdict = read(&sealed.expected, Some((200, &body)));
        assert!(matches!(verdict, Verdict::Registered(text) if text == "certificate"));
    }

    const NEXT: HolderId = HolderId::new([6; 32]);

    fn asked_to_rotate(rng: u32) -> (Sealed, Secret) {
        let (safe, sealing) = safe();
        let question = Question::Rotate {
            compact: "certificate".into(),
            holder: Secret::new([5; 32]),
            next: NEXT,
            note: None,
            orders: None,
            wait: 0,
        };
        let sealed = ask(
            &To::from(&safe),
            &question,
            REQUEST,
            NOW,
            &mut Counting(rng),
        )
        .unwrap();
        (sealed, sealing)
    }

    fn opened(sealed: &Sealed, sealing: &Secret) -> Request<RotateItem> {
        envelope::open_request(&sealed.body, sealing, &sealed.expected.binding).unwrap()
    }

    #[test]
    fn a_rotation_is_proved_by_the_last_holder_for_the_next() {
        let (sealed, sealing) = asked_to_rotate(0);
        assert_eq!(sealed.url, "https://safe.example/v1/rotate");
        let items = opened(&sealed, &sealing).items;
        let [item] = items.as_slice() else {
            panic!("not one item")
        };
        assert_eq!(item.target, Presented::Certificate("certificate".into()));
        assert_eq!(item.holder, NEXT);
        let good = Purpose {
            safe: safe().0.id,
            act: Act::Rotate,
            target: item.target.fingerprint(),
            session: presentation::NO_SESSION,
            request: REQUEST,
            next: Some(NEXT),
        };
        let last = SigningKey::derive(&Secret::new([5; 32])).public();
        assert_eq!(
            presentation::verify(&item.proof, &good),
            Ok(HolderId::of(&PublicKey::new(last)))
        );
        // Who reads it can put no other holder in the place of the next.
        for next in [None, Some(HolderId::new([7; 32]))] {
            let other = Purpose {
                next,
                ..good.clone()
            };
            assert!(presentation::verify(&item.proof, &other).is_err());
        }
    }

    #[test]
    fn a_rotation_that_is_repeated_asks_for_the_same() {
        // Sealed to another key, and the same inside: the safe answers from its record.
        let (first, sealing) = asked_to_rotate(0);
        let (second, _) = asked_to_rotate(99);
        assert_ne!(first.body, second.body);
        let items = [&first, &second].map(|sealed| opened(sealed, &sealing).items);
        assert_eq!(items[0], items[1]);
    }

    #[test]
    fn a_rotation_is_answered_by_a_certificate_or_the_safes_own_word() {
        let answer = |outcome: Outcome<Rotated>| {
            let (sealed, sealing) = asked_to_rotate(0);
            let binding = sealed.expected.binding;
            let reply_to = opened(&sealed, &sealing).reply_to;
            let items = alloc::vec![outcome];
            let hash = hash::sha256(&sealed.body);
            let rng = &mut Counting(50);
            let body =
                envelope::seal_reply(&Reply { items }, &reply_to, &binding, &hash, rng).unwrap();
            read(&sealed.expected, Some((200, &body)))
        };
        let done = answer(Outcome::Done(Rotated {
            certificate: "next".into(),
        }));
        assert!(matches!(done, Verdict::Registered(text) if text == "next"));
        for code in [Code::NotFound, Code::Conflict, Code::RequestReused] {
            let refused = answer(Outcome::Problem(code.into()));
            assert!(matches!(refused, Verdict::Refused(problem) if problem.code == code));
        }
        let failed = answer(Outcome::Problem(Code::Internal.into()));
        assert!(matches!(failed, Verdict::Unknown(Waiting::SafeFailed)));
        // A safe of before has no such address. In the clear, so it ends nothing.
        let (sealed, _) = asked_to_rotate(0);
        let body = serde_json::to_vec(&Problem::from(Code::NoRoute)).unwrap();
        let unknown = read(&sealed.expected, Some((404, &body)));
        assert!(matches!(unknown, Verdict::Unknown(Waiting::TooOld)));
    }

    #[test]
    fn a_reply_to_another_attempt_does_not_open() {
        let (first, sealing) = asked();
        let body = reply(&first, &sealing, Vec::new());
        let (safe, _) = safe();
        let question = Question::Register(registration());
        let second = ask(&To::from(&safe), &question, REQUEST, NOW, &mut Counting(99)).unwrap();
        let verdict = read(&second.expected, Some((200, &body)));
        assert!(matches!(verdict, Verdict::Unknown(Waiting::Garbled)));
    }

    #[test]
    fn a_prepared_registration_is_the_one_that_the_wallet_asks_for() {
        let (asked, sealing) = asked();
        let safe = safe().0;
        let rng = &mut Counting(7);
        let prepared = prepare(&safe, &registration(), REQUEST, NOW, rng).unwrap();
        assert_eq!(prepared.url, asked.url);
        let binding = &asked.expected.binding;
        let open = |body: &[u8]| -> Request<RegisterItem> {
            envelope::open_request(body, &sealing, binding).unwrap()
        };
        let (once, twice) = (open(&asked.body), open(&prepared.body));
        assert!(once.items == twice.items);
        // Its answer is for nobody: not even for whoever reads what the wallet has under way.
        assert_ne!(once.reply_to, twice.reply_to);
        // Apart from how long it holds, the headers are the same.
        let named = |headers: &[(&'static str, String)]| headers[1..].to_vec();
        assert_eq!(named(&prepared.headers), named(&asked.headers));
        let token = prepared.headers[0].1.strip_prefix("Saifu ").unwrap();
        let taken = |route, now| {
            request::verify_request(token, safe.id, route, &prepared.body, now).is_ok()
        };
        assert!(taken(Route::Register, NOW.plus(6 * 24 * 3_600)));
        assert!(!taken(Route::Register, NOW.plus(8 * 24 * 3_600)));
        let others = Route::ALL.into_iter().filter(|it| *it != Route::Register);
        for route in others {
            assert!(!taken(route, NOW), "{route:?}");
        }
    }
}
