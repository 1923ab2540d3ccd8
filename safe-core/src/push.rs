//! Waking whoever had others wait, when somebody begins to: what is known of each account's push service, when it is called,
//! and with what. Calling is the adapter's.
//!
//! ```text
//!                 somebody begins to wait                     it took it
//!  nothing due ─────────────────────────────▶ due ──tried──▶ ─────────────▶ nothing due
//!      ▲                                        ▲      │ failed, or a crash     │
//!      │                                        └──────┤ (later and later)      │ gone
//!      └───────────────────────────────────────────────┘ given up               ▼
//!                                                                          no subscription
//! ```
//! An attempt is written down before it is made: a crash, or an alarm that runs twice, does not call a service for ever.
//! Whoever asks by a hundred accounts has the owner woken once, and then not within [`PAUSE`].

use crate::ledger::{Change, Ledger, Need};
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use saifu_crypto::es256::SigningKey;
use saifu_protocol::certificate::Address;
use saifu_protocol::push::Endpoint;
use saifu_protocol::{PublicKey, UnixTime, b64, json};
use serde::Serialize;

/// For so many seconds an account is not woken again. A quarter of an hour, because the shortest wait that a wallet offers is one
/// hour: whoever begins to wait right after somebody else is told of long before it is over.
pub const PAUSE: u64 = 900;
/// After how many seconds it is tried again, as often as there are numbers.
pub const RETRIES: [u64; 3] = [60, 300, 1_800];
/// How many accounts are woken in one round.
pub const AT_ONCE: usize = 20;
/// How many seconds a push service keeps what a device that is off does not fetch: three days, the longest wait that a wallet
/// offers.
const LIFETIME: u64 = 259_200;
/// How many seconds a token holds. A service takes at most a day.
const TOKEN_LIFETIME: u64 = 43_200;

/// Where an account is woken, and what is due.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subscription {
    /// Where.
    pub endpoint: Endpoint,
    /// When it is to be tried, if it is.
    pub due: Option<UnixTime>,
    /// How often it was tried since somebody began to wait.
    pub tries: u32,
    /// When it was tried last.
    pub last: Option<UnixTime>,
}

/// What a push service said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Said {
    /// It passes it on.
    Taken,
    /// It knows no such subscription any more.
    Gone,
    /// Anything else, or nothing.
    Failed,
}

impl Said {
    /// What a status says; none where there was no answer. Nothing else of an answer is looked at.
    pub fn of(status: Option<u16>) -> Self {
        match status {
            Some(200..=299) => Self::Taken,
            Some(404 | 410) => Self::Gone,
            _ => Self::Failed,
        }
    }
}

impl Subscription {
    /// The account is woken there from now on. What is due, and the pause, go on: another address is no way around either.
    pub fn at(endpoint: Endpoint, before: Option<&Self>) -> Self {
        let (due, tries, last) = before.map_or((None, 0, None), |it| (it.due, it.tries, it.last));
        Self {
            endpoint,
            due,
            tries,
            last,
        }
    }

    /// Somebody begins to wait.
    #[must_use]
    pub fn remind(&self, now: UnixTime) -> Self {
        let after_pause = self.last.map_or(now, |last| now.max(last.plus(PAUSE)));
        let due = self.due.map_or(after_pause, |due| due.min(after_pause));
        Self {
            due: Some(due),
            tries: 0,
            ..self.clone()
        }
    }

    /// It is being tried: with this the attempt is written down before it is made.
    #[must_use]
    pub fn trying(&self, now: UnixTime) -> Self {
        let pause = usize::try_from(self.tries)
            .ok()
            .and_then(|tries| RETRIES.get(tries));
        Self {
            due: pause.map(|pause| now.plus(*pause)),
            tries: self.tries.saturating_add(1),
            last: Some(now),
            ..self.clone()
        }
    }

    /// What is known after an attempt, which began as `tried`; nothing is left of what is gone.
    pub fn after(&self, tried: &Self, said: Said) -> Option<Self> {
        if self.endpoint != tried.endpoint {
            return Some(self.clone());
        }
        match said {
            Said::Gone => None,
            Said::Failed => Some(self.clone()),
            Said::Taken => {
                // Whoever began to wait meanwhile may not have been there when the owner looked.
                let is_reminded = self.tries != tried.tries;
                let again = tried.last.map(|last| last.plus(PAUSE));
                Some(Self {
                    due: again.filter(|_| is_reminded),
                    tries: 0,
                    ..self.clone()
                })
            }
        }
    }
}

/// Writes down that those who are due are being told, and says who they are.
///
/// # Errors
/// Those of the ledger.
pub fn begin<L: Ledger>(
    ledger: &mut L,
    now: UnixTime,
) -> Result<Vec<(PublicKey, Subscription)>, L::Error> {
    let due = ledger.push_due(now, AT_ONCE)?;
    let trying: Vec<_> = due.iter().map(|(of, it)| (*of, it.trying(now))).collect();
    let put = |(of, it): &(PublicKey, Subscription)| Change::PutPush {
        of: *of,
        subscription: Some(it.clone()),
    };
    let changes: Vec<Change> = trying.iter().map(put).collect();
    ledger.apply(&changes)?;
    Ok(trying)
}

/// Writes down what came of it.
///
/// # Errors
/// Those of the ledger.
pub fn note<L: Ledger>(
    ledger: &mut L,
    of: PublicKey,
    tried: &Subscription,
    said: Said,
) -> Result<(), L::Error> {
    let need = Need {
        push_of: Some(of),
        ..Need::default()
    };
    // It was ended meanwhile.
    let Some(known) = ledger.load(&need)?.push else {
        return Ok(());
    };
    let subscription = known.after(tried, said);
    ledger.apply(&[Change::PutPush { of, subscription }])
}

/// What a push service is sent, by POST, with an empty body.
pub struct Message {
    /// Where to.
    pub url: String,
    /// With which headers.
    pub headers: [(&'static str, String); 4],
}

#[derive(Serialize)]
struct Header {
    typ: &'static str,
    alg: &'static str,
}

#[derive(Serialize)]
struct Claims<'a> {
    aud: &'a str,
    exp: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    sub: Option<&'a str>,
}

/// The message (RFC 8030), signed by the safe (RFC 8292). `address` is where a push service finds whoever runs the safe; one on
/// this machine is nowhere for anybody else.
pub fn message(
    endpoint: &Endpoint,
    key: &SigningKey,
    address: Option<&Address>,
    now: UnixTime,
) -> Message {
    let header = Header {
        typ: "JWT",
        alg: "ES256",
    };
    let address = address.filter(|address| !address.is_on_this_machine());
    let claims = Claims {
        aud: endpoint.origin(),
        exp: now.plus(TOKEN_LIFETIME).0,
        sub: address.map(Address::as_str),
    };
    let encoded = |bytes: &[u8]| b64::encode(bytes);
    let signed = format!(
        "{}.{}",
        encoded(&json::write(&header)),
        encoded(&json::write(&claims))
    );
    let signature = encoded(&key.sign(signed.as_bytes()));
    let public = encoded(&key.public());
    Message {
        url: endpoint.as_str().into(),
        headers: [
            (
                "Authorization",
                format!("vapid t={signed}.{signature}, k={public}"),
            ),
            ("TTL", format!("{LIFETIME}")),
            ("Urgency", "high".into()),
            // What was not fetched yet is replaced, not added to: one look is enough.
            ("Topic", "look".into()),
        ],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString as _;
    use alloc::vec;
    use saifu_crypto::{Secret, es256};

    const NOW: UnixTime = UnixTime(1_000_000);

    fn endpoint(path: &str) -> Endpoint {
        Endpoint::parse(&format!("https://push.example/{path}")).unwrap()
    }

    fn subscription() -> Subscription {
        Subscription::at(endpoint("a"), None)
    }

    #[test]
    fn whoever_begins_to_wait_has_the_owner_woken_at_once_and_then_not_within_the_pause() {
        let first = subscription().remind(NOW);
        assert_eq!(first.due, Some(NOW));
        let trying = first.trying(NOW);
        let told = trying.after(&trying, Said::Taken).unwrap();
        assert_eq!((told.due, told.tries, told.last), (None, 0, Some(NOW)));
        let soon = told.remind(NOW.plus(1));
        assert_eq!(soon.due, Some(NOW.plus(PAUSE)));
        // A third one changes nothing, and long after there is no pause left.
        assert_eq!(soon.remind(NOW.plus(2)), soon);
        let late = NOW.plus(PAUSE * 2);
        assert_eq!(told.remind(late).due, Some(late));
    }

    #[test]
    fn what_fails_is_tried_later_and_later_and_then_no_more() {
        let mut it = subscription().remind(NOW);
        let mut now = NOW;
        let mut pauses = vec![];
        while let Some(due) = it.due {
            pauses.push(due.0 - now.0);
            now = due;
            let tried = it.trying(now);
            it = tried.after(&tried, Said::Failed).unwrap();
        }
        assert_eq!(pauses, [0, 60, 300, 1_800]);
        // The subscription stays, for whoever begins to wait next.
        assert_eq!(it.remind(now.plus(PAUSE)).due, Some(now.plus(PAUSE)));
    }

    #[test]
    fn whoever_begins_to_wait_during_an_attempt_is_told_of_after_the_pause() {
        let tried = subscription().remind(NOW).trying(NOW);
        let meanwhile = tried.remind(NOW.plus(1));
        let told = meanwhile.after(&tried, Said::Taken).unwrap();
        assert_eq!((told.due, told.tries), (Some(NOW.plus(PAUSE)), 0));
    }

    #[test]
    fn what_is_gone_is_dropped_unless_there_is_another_one_meanwhile() {
        let tried = subscription().remind(NOW).trying(NOW);
        assert_eq!(tried.after(&tried, Said::Gone), None);
        let moved = Subscription::at(endpoint("b"), Some(&tried));
        for said in [Said::Gone, Said::Taken, Said::Failed] {
            assert_eq!(moved.after(&tried, said), Some(moved.clone()));
        }
    }

    #[test]
    fn another_address_is_no_way_around_the_pause() {
        let tried = subscription().remind(NOW).trying(NOW);
        let told = tried.after(&tried, Said::Taken).unwrap();
        let moved = Subscription::at(endpoint("b"), Some(&told));
        assert_eq!(moved.remind(NOW.plus(1)).due, Some(NOW.plus(PAUSE)));
    }

    #[test]
    fn only_the_status_of_an_answer_is_looked_at() {
        for (status, said) in [
            (Some(201), Said::Taken),
            (Some(200), Said::Taken),
            (Some(404), Said::Gone),
            (Some(410), Said::Gone),
            (Some(301), Said::Failed),
            (Some(403), Said::Failed),
            (Some(429), Said::Failed),
            (Some(500), Said::Failed),
            (None, Said::Failed),
        ] {
            assert_eq!(Said::of(status), said, "{status:?}");
        }
    }

    #[test]
    fn a_message_says_who_sends_it_and_nothing_else() {
        let key = SigningKey::derive(&Secret::new([3; 32]));
        let address = Address::parse("https://safe.example").unwrap();
        let message = message(&endpoint("a"), &key, Some(&address), NOW);
        assert_eq!(message.url, "https://push.example/a");
        let names = message.headers.each_ref().map(|(name, _)| *name);
        assert_eq!(names, ["Authorization", "TTL", "Urgency", "Topic"]);
        let (_, authorization) = &message.headers[0];
        let parts = authorization
            .strip_prefix("vapid t=")
            .and_then(|rest| rest.split_once(", k="));
        let (token, public) = parts.unwrap();
        assert_eq!(public, b64::encode(&key.public()));
        let (signed, signature) = token.rsplit_once('.').unwrap();
        let signature = b64::decode_array(signature).unwrap();
        assert!(es256::verify_jws(
            &key.public(),
            signed.as_bytes(),
            &signature
        ));
        let (header, claims) = signed.split_once('.').unwrap();
        let text = |part| alloc::string::String::from_utf8(b64::decode(part).unwrap()).unwrap();
        assert_eq!(text(header), r#"{"typ":"JWT","alg":"ES256"}"#);
        let wanted = r#"{"aud":"https://push.example","exp":1043200,"sub":"https://safe.example"}"#;
        assert_eq!(text(claims), wanted.to_string());
    }

    #[test]
    fn a_safe_on_this_machine_names_no_address_to_write_to() {
        let key = SigningKey::derive(&Secret::new([3; 32]));
        let here = Address::parse("http://localhost:8787").unwrap();
        let with = message(&endpoint("a"), &key, Some(&here), NOW);
        let without = message(&endpoint("a"), &key, None, NOW);
        assert_eq!(with.headers, without.headers);
    }
}
