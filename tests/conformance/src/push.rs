//! Waking by push: what takes a push service to see. The driver is the service, looks at what it is sent, and says of all but
//! `/told` that it is gone.

use crate::say;
use crate::suite::ensure;
use crate::suite::wait::{endpoint, page, register, until};
use crate::wallet::{Check, Held, Wallet, done, new_secret, new_session};
use saifu_protocol::hold::AskedItem;
use std::time::{Duration, Instant};

const DAY: u64 = 86_400;
const PATIENCE: Duration = Duration::from_secs(30);

/// An account that has others wait, and is woken there.
struct Woken {
    wallet: Wallet,
    held: Held,
}

impl Woken {
    fn at(wallet: Wallet, to: &str) -> Check<Self> {
        let held = register(&wallet, DAY)?;
        let to = endpoint(to)?;
        let told = done(page(&wallet, AskedItem::Push { to })?)?.push;
        ensure!(told.is_some_and(|it| it.on), "it is not woken");
        Ok(Self { wallet, held })
    }

    fn is_on(&self) -> Check<bool> {
        let offer = done(page(&self.wallet, AskedItem::List)?)?.push;
        Ok(offer.ok_or("it wakes nobody")?.on)
    }

    /// Somebody begins to wait.
    fn come(&self) -> Check {
        let other = self.wallet.other()?;
        until(other.recover(&self.held, new_session())?)?;
        // Who asks again has begun before.
        until(other.recover(&self.held, new_session())?).map(|_| ())
    }
}

pub(crate) fn push(url: &str, service: &str) -> Check {
    let wallet = Wallet::new(url, new_secret())?;
    let key = done(page(&wallet, AskedItem::List)?)?.push;
    let key = key.ok_or("it wakes nobody")?.key;
    say(&format!("key {key}"));
    let ended = Woken::at(wallet.other()?, &format!("{service}/ended"))?;
    done(page(&ended.wallet, AskedItem::Push { to: None })?)?;
    ended.come()?;
    let told = Woken::at(wallet.other()?, &format!("{service}/told"))?;
    told.come()?;
    told.come()?;
    let gone = Woken::at(wallet.other()?, &format!("{service}/gone"))?;
    gone.come()?;
    let begun = Instant::now();
    while gone.is_on()? {
        ensure!(begun.elapsed() < PATIENCE, "what is gone is not dropped");
        std::thread::sleep(Duration::from_millis(100));
    }
    ensure!(told.is_on()?, "what is told is dropped");
    Ok(())
}
