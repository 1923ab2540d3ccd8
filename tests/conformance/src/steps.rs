//! Steps for a driver. What a wallet would remember lies in a file between them: one line of JSON for the account, then
//! one for each registered value, appended only once the safe has acknowledged it.

use crate::say;
use crate::wallet::{Check, Held, Wallet, done, new_request, new_secret, new_session, problem};
use saifu_crypto::{Secret, hash};
use saifu_protocol::message::{ListItem, Outcome, Page, Route};
use saifu_protocol::problem::Code;
use saifu_protocol::{RequestId, b64};
use serde::{Deserialize, Serialize};
use std::fs::OpenOptions;
use std::io::Write as _;

/// How a certificate is presented.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    Whole,
    Bare,
}

#[derive(Serialize, Deserialize)]
struct Line {
    secret: String,
    #[serde(default)]
    object: String,
    #[serde(default)]
    certificate: String,
}

struct Memory {
    file: String,
    account: Secret,
    held: Vec<Held>,
}

fn secret(text: &str) -> Check<Secret> {
    let bytes = b64::decode_array(text).map_err(|_| "no secret")?;
    Ok(Secret::new(bytes))
}

impl Memory {
    fn open(file: &str) -> Check<Self> {
        let text = std::fs::read_to_string(file).unwrap_or_default();
        let mut lines = text
            .lines()
            .map(|line| serde_json::from_str::<Line>(line).map_err(|error| error.to_string()));
        let account = match lines.next() {
            Some(line) => secret(&line?.secret)?,
            None => new_secret(),
        };
        let held = lines
            .map(|line| {
                let line = line?;
                Ok(Held {
                    holder: secret(&line.secret)?,
                    object: b64::decode(&line.object).map_err(|_| "no object")?,
                    certificate: line.certificate,
                })
            })
            .collect::<Check<_>>()?;
        let memory = Self {
            file: file.into(),
            account,
            held,
        };
        if text.is_empty() {
            memory.append(&Line {
                secret: b64::encode(memory.account.expose_secret()),
                object: String::new(),
                certificate: String::new(),
            })?;
        }
        Ok(memory)
    }

    fn append(&self, line: &Line) -> Check {
        let text = serde_json::to_string(line).map_err(|error| error.to_string())?;
        OpenOptions::new()
            .create(true)
            .append(true)
            .open(&self.file)
            .and_then(|mut file| writeln!(file, "{text}"))
            .map_err(|error| error.to_string())
    }

    fn remember(&self, held: &Held) -> Check {
        self.append(&Line {
            secret: b64::encode(held.holder.expose_secret()),
            object: b64::encode(&held.object),
            certificate: held.certificate.clone(),
        })
    }
}

pub(crate) fn register(url: &str, file: &str, count: &str) -> Check {
    let count = count.parse().map_err(|_| "no number")?;
    let memory = Memory::open(file)?;
    let wallet = Wallet::new(url, memory.account.clone())?;
    for held in wallet.register(count)? {
        memory.remember(&held)?;
    }
    Ok(())
}

/// Registers until the power is cut. What is in the file then, the safe has acknowledged.
pub(crate) fn load(url: &str, file: &str) -> Check {
    let memory = Memory::open(file)?;
    let wallet = Wallet::new(url, memory.account.clone())?;
    let mut count = 0;
    while let Ok(held) = wallet.register_one() {
        memory.remember(&held)?;
        count += 1;
    }
    say(&format!("{count} acknowledged"));
    Ok(())
}

/// Takes over what is in one file, by the account of another, which remembers it once it is acknowledged.
///
/// A wallet stores next holder and request id before it asks. Here both follow from the last holder, so that the same
/// step, after the power was cut, asks for exactly the same.
pub(crate) fn rotate(url: &str, from: &str, to: &str) -> Check {
    let (giver, receiver) = (Memory::open(from)?, Memory::open(to)?);
    let wallet = Wallet::new(url, receiver.account.clone())?;
    for held in &giver.held {
        let next = hash::sha256(held.holder.expose_secret());
        let request = hash::md5(&next);
        let taken = wallet.take_over_as(held, Secret::new(next), RequestId::new(request))?;
        let mut known = receiver.held.iter();
        match known.find(|known| *known.holder.expose_secret() == next) {
            Some(known) if known.certificate == taken.certificate => {}
            Some(_) => return Err("the repeat gave another certificate".into()),
            None => receiver.remember(&taken)?,
        }
    }
    say(&format!("{} taken over", giver.held.len()));
    Ok(())
}

fn code_named(name: &str) -> Check<Code> {
    let json = serde_json::Value::String(name.into());
    serde_json::from_value(json).map_err(|_| format!("no problem is called {name}"))
}

pub(crate) fn recover(url: &str, file: &str, expected: &str, form: Form) -> Check {
    let memory = Memory::open(file)?;
    let wallet = Wallet::new(url, memory.account.clone())?;
    for held in &memory.held {
        let presented = match form {
            Form::Whole => held.whole(),
            Form::Bare => held.bare()?,
        };
        let outcome = wallet.recover_as(presented, &held.holder, new_session())?;
        if expected == "done" {
            let recovered = done(outcome)?;
            if recovered.object != held.object || recovered.certificate != held.certificate {
                return Err("other bytes or another certificate came back".into());
            }
        } else {
            problem(outcome, code_named(expected)?)?;
        }
    }
    say(&format!("{} as expected", memory.held.len()));
    Ok(())
}

pub(crate) fn list(url: &str, file: &str, expected: &str) -> Check {
    let memory = Memory::open(file)?;
    let wallet = Wallet::new(url, memory.account.clone())?;
    if expected == "unavailable" {
        let item = ListItem { after: None };
        let outcomes: Vec<Outcome<Page>> =
            wallet.call(Route::Certificates, new_request(), vec![item])?;
        for outcome in outcomes {
            problem(outcome, Code::IndexUnavailable)?;
        }
        return Ok(());
    }
    let listed = wallet.list()?;
    if expected == "nothing" {
        return if listed.is_empty() {
            Ok(())
        } else {
            Err(format!("{} are listed", listed.len()))
        };
    }
    let missing = memory
        .held
        .iter()
        .filter(|held| {
            !listed
                .iter()
                .any(|listed| listed.certificate == held.certificate)
        })
        .count();
    if missing == 0 {
        Ok(())
    } else {
        Err(format!("{missing} of {} are not listed", memory.held.len()))
    }
}
