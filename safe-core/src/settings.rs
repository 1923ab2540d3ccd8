//! What the operator of a safe chose, and the keys it signs and opens with.

use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;
use saifu_crypto::derive::derive_key;
use saifu_crypto::sign::SigningKey;
use saifu_crypto::{Secret, es256, hpke};
use saifu_protocol::certificate::{Address, LegacyHash};
use saifu_protocol::descriptor::{Descriptor, Limits, Passkeys, VERSION, attest};
use saifu_protocol::digest::DigestSetting;
use saifu_protocol::jws::Jwk;
use saifu_protocol::owner::{AUTHENTICATION, DEVICES};
use saifu_protocol::push::Endpoint;
use saifu_protocol::{Counter, PublicKey, SafeId, UnixTime, labels};
use serde::Serialize;

/// Seven days: long enough for an owner who notices that a recovery went wrong.
pub const DEFAULT_GRACE_SECONDS: u64 = 7 * 24 * 60 * 60;
/// Ten years of 365 days.
pub const DEFAULT_RETENTION_SECONDS: u64 = 10 * 365 * 24 * 60 * 60;

/// The settings of a safe.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// Where wallets reach it.
    pub address: Address,
    /// Who runs it.
    pub operator: String,
    /// Under which law, as an ISO 3166-1 code.
    pub jurisdiction: String,
    /// What its digests say.
    pub digest: DigestSetting,
    /// Whether it adds the legacy hash.
    pub legacy_hash: LegacyHash,
    /// The upper limit of its counter.
    pub counter_limit: Counter,
    /// How long it promises to keep an entry.
    pub retention_seconds: u64,
    /// How long it keeps the bytes of an entry that is over.
    pub grace_seconds: u64,
    /// Which passkeys may be enrolled; without it, those of any site.
    pub passkeys: Option<PasskeySite>,
    /// Which push services it calls.
    pub push: PushServices,
}

impl Settings {
    /// The settings of a safe whose operator chose nothing.
    pub fn new(address: Address) -> Self {
        Self {
            address,
            operator: String::new(),
            jurisdiction: String::new(),
            digest: DigestSetting::FiveFields,
            legacy_hash: LegacyHash::Off,
            counter_limit: Counter::MAX,
            retention_seconds: DEFAULT_RETENTION_SECONDS,
            grace_seconds: DEFAULT_GRACE_SECONDS,
            passkeys: None,
            push: PushServices::usual(),
        }
    }
}

/// The push services a safe calls. A wallet says where it is to be called, and whoever has a key is a wallet: without a list
/// anybody could have a safe call any address, also one that only the safe reaches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PushServices(Vec<Service>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Service {
    At(Address),
    /// Every host below this domain, by https.
    Below(String),
}

/// What is named is no push service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoService;

impl PushServices {
    /// Those of the makers of browsers: of Chromium, Firefox, Safari and Edge.
    const USUAL: &str = "https://fcm.googleapis.com https://*.push.services.mozilla.com https://*.push.apple.com \
         https://*.notify.windows.com";

    /// Those of the makers of browsers.
    pub fn usual() -> Self {
        // What does not read is no service: this never does more than less.
        Self::new(Self::USUAL).unwrap_or_else(|NoService| Self::none())
    }

    /// None: the safe wakes nobody, and says so.
    pub fn none() -> Self {
        Self(Vec::new())
    }

    /// These origins, separated by spaces; `https://*.example` is every host below `example`.
    ///
    /// # Errors
    /// [`NoService`] without one, and where one is none.
    pub fn new(origins: &str) -> Result<Self, NoService> {
        let service = |text: &str| match text.strip_prefix("https://*.") {
            None => Address::parse(text).map(Service::At),
            Some(domain) => {
                let is_plain = !domain.contains(':');
                let whole = Address::parse(&alloc::format!("https://{domain}"))?;
                let domain = whole.as_str().strip_prefix("https://").unwrap_or_default();
                match is_plain {
                    true => Ok(Service::Below(alloc::format!(".{domain}"))),
                    false => Err(saifu_protocol::certificate::NotAnAddress),
                }
            }
        };
        let services: Result<Vec<_>, _> = origins.split_whitespace().map(service).collect();
        match services {
            Ok(services) if !services.is_empty() => Ok(Self(services)),
            _ => Err(NoService),
        }
    }

    /// Whether there is none.
    pub fn is_none(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether this is an address of one of them.
    pub fn take(&self, endpoint: &Endpoint) -> bool {
        let origin = endpoint.origin();
        self.0.iter().any(|service| match service {
            Service::At(address) => address.as_str() == origin,
            Service::Below(domain) => origin
                .strip_prefix("https://")
                .is_some_and(|host| host.ends_with(domain.as_str())),
        })
    }
}

/// The one site whose passkeys a safe takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PasskeySite {
    rp_id: String,
    origins: Vec<Address>,
}

/// No browser would make a passkey for such a site.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoSite;

impl PasskeySite {
    /// The site of this relying party, with pages at these origins, which are separated by spaces.
    ///
    /// # Errors
    /// [`NoSite`] without an origin, and where one is none, or is not of the relying party's domain.
    pub fn new(rp_id: &str, origins: &str) -> Result<Self, NoSite> {
        let origins = origins.split_whitespace().map(Address::parse);
        let origins: Vec<Address> = origins.collect::<Result<_, _>>().map_err(|_| NoSite)?;
        let is_name = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || ".-".contains(c);
        let is_rp_id = !rp_id.is_empty() && rp_id.chars().all(is_name);
        let are_its = origins.iter().all(|origin| is_of(origin, rp_id));
        if !is_rp_id || origins.is_empty() || !are_its {
            return Err(NoSite);
        }
        Ok(Self {
            rp_id: rp_id.into(),
            origins,
        })
    }

    /// The id of the relying party.
    pub fn rp_id(&self) -> &str {
        &self.rp_id
    }

    /// The origins.
    pub fn origins(&self) -> &[Address] {
        &self.origins
    }
}

/// Whether the origin's host is the domain, or below it.
fn is_of(origin: &Address, domain: &str) -> bool {
    let host = origin
        .as_str()
        .split_once("://")
        .map_or("", |(_, host)| host);
    let name = host.split_once(':').map_or(host, |(name, _port)| name);
    let below = name.strip_suffix(domain);
    below.is_some_and(|below| below.is_empty() || below.ends_with('.'))
}

/// The address of a safe whose operator set none: the origin it was asked under, if that is one of this machine, where
/// whoever tries a safe out has no other. `None` for every other origin: a safe signs where it is, and must not sign what
/// whoever asks made up.
pub fn address_of_this_machine(origin: &str) -> Option<Address> {
    let (_, host) = origin.split_once("://")?;
    let name = host.split_once(':').map_or(host, |(name, _port)| name);
    let is_this_machine = matches!(name, "localhost" | "127.0.0.1");
    is_this_machine.then(|| Address::parse(origin).ok())?
}

/// The keys of a safe.
#[derive(Debug)]
pub struct SafeKeys {
    signing: SigningKey,
    sealing: Secret,
    owners: Secret,
    push: Secret,
    id: SafeId,
}

impl SafeKeys {
    /// The keys that belong to these seeds.
    pub fn derive(signing_seed: &Secret, sealing_seed: &Secret) -> Self {
        let signing = SigningKey::derive(signing_seed);
        let id = SafeId::of(&PublicKey::new(signing.public()));
        Self {
            signing,
            sealing: sealing_seed.clone(),
            owners: derive_key(signing_seed, labels::OWNER_KEYS, b""),
            push: derive_key(signing_seed, labels::PUSH_KEY, b""),
            id,
        }
    }

    /// The id of the safe.
    pub fn id(&self) -> SafeId {
        self.id
    }

    /// The key it signs with.
    pub fn signing(&self) -> &SigningKey {
        &self.signing
    }

    /// The public half of [`Self::signing`].
    pub fn signing_public(&self) -> PublicKey {
        PublicKey::new(self.signing.public())
    }

    /// The X25519 key bodies are sealed to.
    pub fn sealing(&self) -> &Secret {
        &self.sealing
    }

    /// The seed of the keys by which owners log in. It comes from that of the signing key: that key is the safe, and what
    /// owners have enrolled must live as long. The sealing key may change.
    pub fn owners(&self) -> &Secret {
        &self.owners
    }

    /// The key it is known by at push services. It comes from the seed of the signing key: a subscription is for one key, and
    /// must live as long as the safe.
    pub fn push(&self) -> es256::SigningKey {
        es256::SigningKey::derive(&self.push)
    }

    /// The public half of [`Self::sealing`].
    pub fn sealing_public(&self) -> PublicKey {
        PublicKey::new(hpke::derive_public(&self.sealing))
    }
}

/// The key a safe signs with, as a JWK set (RFC 7517).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct KeySet {
    keys: [Key; 1],
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Key {
    #[serde(flatten)]
    jwk: Jwk,
    kid: SafeId,
    alg: &'static str,
    #[serde(rename = "use")]
    usage: &'static str,
}

/// The JWK set of the safe with these keys.
pub fn key_set(keys: &SafeKeys) -> KeySet {
    KeySet {
        keys: [Key {
            jwk: Jwk::of(keys.signing_public()),
            kid: keys.id(),
            alg: "Ed25519",
            usage: "sig",
        }],
    }
}

/// The descriptor of the safe with these settings and keys.
pub fn describe(settings: &Settings, keys: &SafeKeys, now: UnixTime) -> Descriptor {
    let sealing_key = keys.sealing_public();
    Descriptor {
        version: VERSION,
        id: keys.id(),
        address: settings.address.clone(),
        operator: settings.operator.clone(),
        jurisdiction: settings.jurisdiction.clone(),
        signing_key: Jwk::of(keys.signing_public()),
        sealing_key,
        attestation: attest(&settings.address, sealing_key, now, keys.signing()),
        digest: settings.digest,
        legacy_hash: settings.legacy_hash,
        counter_limit: settings.counter_limit,
        retention_seconds: settings.retention_seconds,
        grace_seconds: settings.grace_seconds,
        limits: Limits::default(),
        authentication: vec![AUTHENTICATION.into(), DEVICES.into()],
        passkeys: Some(Passkeys {
            rp_id: settings.passkeys.as_ref().map(|site| site.rp_id().into()),
        }),
        time: now,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    #[test]
    fn an_address_that_was_not_set_is_only_one_of_this_machine() {
        for origin in [
            "http://localhost:8787",
            "http://127.0.0.1:8787",
            "https://localhost",
        ] {
            let address = address_of_this_machine(origin).unwrap();
            assert_eq!(address.as_str(), origin);
        }
        for origin in [
            "https://safe.example",
            "https://saifu-safe.example.workers.dev",
            "https://localhost.safe.example",
            "http://127.0.0.1.safe.example:80",
            "http://192.168.0.2:8787",
            "localhost",
            "null",
            "",
        ] {
            assert_eq!(address_of_this_machine(origin), None, "{origin}");
        }
    }

    #[test]
    fn a_site_of_passkeys_has_origins_of_its_own_domain() {
        let site = PasskeySite::new(
            "wallet.example",
            "https://wallet.example https://a.wallet.example",
        );
        let site = site.unwrap();
        assert_eq!((site.rp_id(), site.origins().len()), ("wallet.example", 2));
        assert!(PasskeySite::new("localhost", "http://localhost:8080").is_ok());
        let refused = [
            ("wallet.example", ""),
            ("", "https://wallet.example"),
            ("wallet.example", "https://notwallet.example"),
            (
                "wallet.example",
                "https://wallet.example https://other.example",
            ),
            ("wallet.example", "https://wallet.example/page"),
            ("wallet.example", "wallet.example"),
            ("https://wallet.example", "https://wallet.example"),
            ("Wallet.example", "https://Wallet.example"),
        ];
        for (rp_id, origins) in refused {
            assert_eq!(PasskeySite::new(rp_id, origins), Err(NoSite), "{origins}");
        }
    }

    #[test]
    fn only_the_push_services_that_were_named_are_called() {
        let endpoint = |origin: &str| Endpoint::parse(&alloc::format!("{origin}/a")).unwrap();
        let usual = PushServices::usual();
        assert_eq!(usual.0.len(), 4);
        for origin in [
            "https://fcm.googleapis.com",
            "https://updates.push.services.mozilla.com",
            "https://web.push.apple.com",
            "https://wns2-par02p.notify.windows.com",
        ] {
            assert!(usual.take(&endpoint(origin)), "{origin}");
            assert!(!PushServices::none().take(&endpoint(origin)));
        }
        for origin in [
            "https://push.apple.com",
            "https://notpush.apple.com",
            "https://push.apple.com.example",
            "https://web.push.apple.com:8443",
            "https://fcm.googleapis.com:8443",
            "http://127.0.0.1:80",
            "https://10.0.0.1",
        ] {
            assert!(!usual.take(&endpoint(origin)), "{origin}");
        }
        let here = PushServices::new("http://127.0.0.1:8080").unwrap();
        assert!(here.take(&endpoint("http://127.0.0.1:8080")));
        assert!(!here.take(&endpoint("http://127.0.0.1:8081")));
        for text in [
            "",
            " ",
            "push.example",
            "https://*.",
            "https://*.push.example:80",
            "https://push.example/path",
            "http://*.push.example",
            "https://a.example nonsense",
        ] {
            assert_eq!(PushServices::new(text), Err(NoService), "{text}");
        }
    }

    #[test]
    fn key_set_has_the_signing_key_under_the_safes_id() {
        let keys = SafeKeys::derive(&Secret::new([1; 32]), &Secret::new([2; 32]));
        let wanted = json!({"keys": [{
            "kty": "OKP",
            "crv": "Ed25519",
            "x": keys.signing_public(),
            "kid": keys.id(),
            "alg": "Ed25519",
            "use": "sig",
        }]});
        let found: Value = serde_json::to_value(key_set(&keys)).unwrap();
        assert_eq!(found, wanted);
    }
}
