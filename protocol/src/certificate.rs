//! The registration certificate (301): digest, hash and counter of WO 01/13293, Fig. 2(c), together with the safe that
//! issued it and the holder it is bound to, signed by the safe.

use crate::ids::{CertificateId, Counter, HolderId, PublicKey, SafeId, UnixTime};
use crate::jws::{self, EmbedKey, JwsError, Unverified};
use crate::message::Given;
use crate::value::Value;
use crate::{CertificateDigest, labels, limits, object};
use alloc::string::String;
use core::fmt;
use saifu_crypto::{hash, sign::SigningKey};
use serde::{Deserialize, Serialize};

const SUITE: u8 = 1;

/// The hash value X1 over the registered bytes.
///
/// SHA-256 identifies. MD5, the form the documents name, stands beside it where a safe has it switched on; alone it
/// would identify nothing, because two objects with one MD5 are made in seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ObjectHash {
    /// SHA-256.
    pub sha256: [u8; 32],
    /// MD5, the legacy form.
    pub md5: Option<[u8; 16]>,
}

/// Whether a safe adds the legacy hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(rename_all = "kebab-case")]
pub enum LegacyHash {
    /// SHA-256 only.
    #[default]
    Off,
    /// MD5 beside SHA-256.
    Md5,
}

impl ObjectHash {
    /// Hashes the registered bytes.
    pub fn of(object: &[u8], legacy: LegacyHash) -> Self {
        Self {
            sha256: hash::sha256(object),
            md5: match legacy {
                LegacyHash::Off => None,
                LegacyHash::Md5 => Some(hash::md5(object)),
            },
        }
    }

    /// Whether it is a hash of these bytes, in every form it has.
    pub fn matches(&self, object: &[u8]) -> bool {
        self.sha256 == hash::sha256(object) && self.md5.is_none_or(|md5| md5 == hash::md5(object))
    }
}

/// What kind of object was registered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ObjectClass {
    /// A value: as a plain object, or sealed by its wallet.
    Value,
    /// A key that opens what lies elsewhere.
    Key,
    /// What such a key is derived from.
    Seed,
    /// One of the pieces a value was divided into.
    Piece,
    /// One of the shares a key was split into.
    Share,
    /// Values coupled into one.
    Coupled,
}

impl ObjectClass {
    /// Every class.
    pub const ALL: [ObjectClass; 6] = [
        ObjectClass::Value,
        ObjectClass::Key,
        ObjectClass::Seed,
        ObjectClass::Piece,
        ObjectClass::Share,
        ObjectClass::Coupled,
    ];

    /// Whether a safe hands it out to one session and is done with it. A key and a seed are read as often as their
    /// holder asks: they are worth nothing without what they open, and that is handed out once.
    pub const fn is_released_once(self) -> bool {
        match self {
            ObjectClass::Value | ObjectClass::Piece | ObjectClass::Share | ObjectClass::Coupled => {
                true
            }
            ObjectClass::Key | ObjectClass::Seed => false,
        }
    }
}

/// The address of a safe: its origin, such as `https://safe.example`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Address(String);

/// The text is no address of a safe.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotAnAddress;

impl fmt::Display for NotAnAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not an address of a safe")
    }
}

impl Address {
    /// Takes an origin: `https`, or `http` on this machine for trying things out. A trailing slash is dropped.
    ///
    /// # Errors
    /// [`NotAnAddress`] for another scheme, a path, a user name, foreign characters, or more than
    /// [`limits::MAX_ADDRESS_BYTES`] bytes.
    pub fn parse(text: &str) -> Result<Self, NotAnAddress> {
        let text = text.trim();
        let text = text.strip_suffix('/').unwrap_or(text);
        let host = match (text.strip_prefix("https://"), text.strip_prefix("http://")) {
            (Some(host), _) => host,
            (None, Some(host)) if is_this_machine(host) => host,
            _ => return Err(NotAnAddress),
        };
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ':' | '[' | ']');
        if host.is_empty() || text.len() > limits::MAX_ADDRESS_BYTES || !host.chars().all(plain) {
            return Err(NotAnAddress);
        }
        Ok(Self(text.to_ascii_lowercase()))
    }

    /// The origin.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn is_this_machine(host: &str) -> bool {
    let name = host.split_once(':').map_or(host, |(name, _port)| name);
    matches!(name, "localhost" | "127.0.0.1")
}

impl TryFrom<String> for Address {
    type Error = NotAnAddress;
    fn try_from(text: String) -> Result<Self, NotAnAddress> {
        Self::parse(&text)
    }
}

impl From<Address> for String {
    fn from(address: Address) -> String {
        address.0
    }
}

/// What a certificate says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claims {
    /// The safe that issued it.
    pub safe: SafeId,
    /// Where that safe is.
    pub address: Address,
    /// What was registered.
    pub class: ObjectClass,
    /// The summary.
    pub digest: CertificateDigest,
    /// Hash of the registered bytes (X1).
    pub hash: ObjectHash,
    /// The safe's counter at registration (Y1).
    pub counter: Counter,
    /// When it was issued.
    pub issued_at: UnixTime,
    /// Until when the safe promises to keep the entry.
    pub retained_until: UnixTime,
    /// Who may present it.
    pub holder: HolderId,
}

#[derive(Serialize, Deserialize)]
struct Wire {
    su: u8,
    iss: SafeId,
    url: Address,
    cls: ObjectClass,
    dig: CertificateDigest,
    h: WireHash,
    ctr: Counter,
    iat: UnixTime,
    ret: UnixTime,
    cnf: Confirmation,
}

#[derive(Serialize, Deserialize)]
struct WireHash {
    s256: CertificateHash<32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    md5: Option<CertificateHash<16>>,
}

struct CertificateHash<const N: usize>([u8; N]);

impl<const N: usize> Serialize for CertificateHash<N> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        crate::b64::bytes::serialize(&self.0, serializer)
    }
}

impl<'de, const N: usize> Deserialize<'de> for CertificateHash<N> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let bytes = crate::b64::bytes::deserialize(deserializer)?;
        bytes
            .try_into()
            .map(Self)
            .map_err(|_| serde::de::Error::custom("hash of another length"))
    }
}

/// RFC 7800 confirmation by thumbprint (RFC 7800 with `jkt` of RFC 9449).
#[derive(Serialize, Deserialize)]
struct Confirmation {
    jkt: HolderId,
}

impl From<&Claims> for Wire {
    fn from(claims: &Claims) -> Self {
        Self {
            su: SUITE,
            iss: claims.safe,
            url: claims.address.clone(),
            cls: claims.class,
            dig: claims.digest.clone(),
            h: WireHash {
                s256: CertificateHash(claims.hash.sha256),
                md5: claims.hash.md5.map(CertificateHash),
            },
            ctr: claims.counter,
            iat: claims.issued_at,
            ret: claims.retained_until,
            cnf: Confirmation { jkt: claims.holder },
        }
    }
}

impl From<Wire> for Claims {
    fn from(wire: Wire) -> Self {
        Self {
            safe: wire.iss,
            address: wire.url,
            class: wire.cls,
            digest: wire.dig,
            hash: ObjectHash {
                sha256: wire.h.s256.0,
                md5: wire.h.md5.map(|md5| md5.0),
            },
            counter: wire.ctr,
            issued_at: wire.iat,
            retained_until: wire.ret,
            holder: wire.cnf.jkt,
        }
    }
}

/// A registration certificate whose signature has been checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certificate {
    claims: Claims,
    compact: String,
}

/// Why text is no certificate of the expected safe.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CertificateError {
    /// Not a certificate, or longer than [`limits::MAX_CERTIFICATE_BYTES`].
    Malformed,
    /// Of a suite this software does not know.
    UnknownSuite,
    /// It reads, but the safe it names has not signed it.
    Forged,
    /// It is genuine, but of another safe than the expected one.
    OtherSafe,
}

/// What a certificate and the registered bytes disagree on (step 1-14 of WO 01/13293).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CollationError {
    /// The hash is not that of the bytes.
    Hash,
    /// The digest is not that of the value, or not the given one.
    Digest,
    /// It is of another class.
    Class,
    /// It is bound to another holder.
    Holder,
}

impl Certificate {
    /// Signs a certificate.
    pub fn issue(claims: Claims, key: &SigningKey) -> Self {
        let compact = jws::sign(
            labels::CERTIFICATE_TYP,
            EmbedKey::No,
            &Wire::from(&claims),
            key,
        );
        Self { claims, compact }
    }

    /// Reads a certificate and checks that `key` signed it and that it names the safe of that key.
    ///
    /// # Errors
    /// See [`CertificateError`].
    pub fn verify(compact: &str, key: &PublicKey) -> Result<Self, CertificateError> {
        let unverified = parse(compact)?;
        if unverified.claimed().iss != SafeId::of(key) {
            return Err(CertificateError::OtherSafe);
        }
        let wire = unverified
            .verify(key)
            .map_err(|_| CertificateError::Forged)?;
        Ok(Self {
            claims: wire.into(),
            compact: compact.into(),
        })
    }

    /// What it says.
    pub fn claims(&self) -> &Claims {
        &self.claims
    }

    /// The compact form, to keep and to present.
    pub fn compact(&self) -> &str {
        &self.compact
    }

    /// Its identity: SHA-256 over the compact form.
    pub fn id(&self) -> CertificateId {
        id_of(&self.compact)
    }

    /// Collates the certificate of a plain object with what was sent: hash against bytes, digest against value, holder
    /// against holder.
    ///
    /// # Errors
    /// The first disagreement. Nothing may be stored or deleted then.
    pub fn collate(
        &self,
        object_bytes: &[u8],
        value: &Value,
        holder: HolderId,
    ) -> Result<(), CollationError> {
        self.collate_bytes(object_bytes)?;
        self.collate_value(value)?;
        self.collate_holder(holder)
    }

    /// Collates the certificate of an object whose digest and class the wallet has given: hash against bytes, both
    /// against what was given, holder against holder.
    ///
    /// # Errors
    /// As [`Certificate::collate`].
    pub fn collate_given(
        &self,
        object_bytes: &[u8],
        given: &Given,
        holder: HolderId,
    ) -> Result<(), CollationError> {
        self.collate_bytes(object_bytes)?;
        if self.claims.digest != given.digest {
            return Err(CollationError::Digest);
        }
        self.collate_class(given.class)?;
        self.collate_holder(holder)
    }

    fn collate_bytes(&self, object_bytes: &[u8]) -> Result<(), CollationError> {
        if self.claims.hash.matches(object_bytes) {
            Ok(())
        } else {
            Err(CollationError::Hash)
        }
    }

    fn collate_value(&self, value: &Value) -> Result<(), CollationError> {
        match self.claims.digest.open() {
            Some(digest) if digest.collates_with(value) => self.collate_class(ObjectClass::Value),
            Some(_) | None => Err(CollationError::Digest),
        }
    }

    fn collate_class(&self, class: ObjectClass) -> Result<(), CollationError> {
        if self.claims.class == class {
            Ok(())
        } else {
            Err(CollationError::Class)
        }
    }

    fn collate_holder(&self, holder: HolderId) -> Result<(), CollationError> {
        if self.claims.holder == holder {
            Ok(())
        } else {
            Err(CollationError::Holder)
        }
    }

    /// Checks recovered bytes of a plain object against the certificate and reads the value in them (step 2-13 of
    /// WO 01/13293).
    ///
    /// # Errors
    /// [`RecoveredError`]; the bytes must not be stored then.
    pub fn read_recovered(&self, object_bytes: &[u8]) -> Result<Value, RecoveredError> {
        self.collate_bytes(object_bytes)
            .map_err(RecoveredError::Collation)?;
        let value = object::read_object(object_bytes).map_err(RecoveredError::Object)?;
        self.collate_value(&value)
            .map_err(RecoveredError::Collation)?;
        Ok(value)
    }
}

/// Why recovered bytes are not the value of a certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecoveredError {
    /// They are not what the certificate says.
    Collation(CollationError),
    /// They are, but they do not read as a value.
    Object(object::ObjectError),
}

/// What an unverified certificate claims: enough to search for it, and nothing to rely on.
///
/// # Errors
/// [`CertificateError::Malformed`] or [`CertificateError::UnknownSuite`].
pub fn read_claims_unverified(compact: &str) -> Result<Claims, CertificateError> {
    Ok(parse(compact)?.into_claimed().into())
}

/// The identity of a certificate in compact form.
pub fn id_of(compact: &str) -> CertificateId {
    CertificateId::new(hash::sha256(compact.as_bytes()))
}

fn parse(compact: &str) -> Result<Unverified<Wire>, CertificateError> {
    #[derive(Deserialize)]
    struct Suite {
        su: u8,
    }
    if compact.len() > limits::MAX_CERTIFICATE_BYTES {
        return Err(CertificateError::Malformed);
    }
    let malformed = |_: JwsError| CertificateError::Malformed;
    let suite = Unverified::<Suite>::parse(labels::CERTIFICATE_TYP, compact).map_err(malformed)?;
    if suite.claimed().su != SUITE {
        return Err(CertificateError::UnknownSuite);
    }
    Unverified::parse(labels::CERTIFICATE_TYP, compact).map_err(malformed)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::object::make_object;
    use crate::value::tests::movie_ticket;
    use crate::{Digest, SealedDigest};
    use alloc::string::ToString;
    use alloc::vec::Vec;
    use saifu_crypto::Secret;
    use saifu_crypto::testing::Counting;

    pub(crate) fn safe_key() -> SigningKey {
        SigningKey::derive(&Secret::new([1; 32]))
    }

    pub(crate) fn safe_public() -> PublicKey {
        PublicKey::new(safe_key().public())
    }

    fn sealed(len: usize) -> CertificateDigest {
        CertificateDigest::Sealed(SealedDigest::new(alloc::vec![9; len]).unwrap())
    }

    fn sample() -> (Value, Vec<u8>, Claims) {
        let value = Value::check(movie_ticket()).unwrap();
        let bytes = make_object(&value, &mut Counting(0));
        let claims = Claims {
            safe: SafeId::of(&safe_public()),
            address: Address::parse("https://safe.example").unwrap(),
            class: ObjectClass::Value,
            digest: Digest::of(&value, crate::digest::DigestSetting::FiveFields).into(),
            hash: ObjectHash::of(&bytes, LegacyHash::Off),
            counter: Counter::new(41).unwrap(),
            issued_at: UnixTime(953_078_400),
            retained_until: UnixTime(984_614_400),
            holder: HolderId::new([2; 32]),
        };
        (value, bytes, claims)
    }

    #[test]
    fn certificate_reads_back_and_collates() {
        let (value, bytes, claims) = sample();
        let issued = Certificate::issue(claims.clone(), &safe_key());
        let read = Certificate::verify(issued.compact(), &safe_public()).unwrap();
        assert_eq!(read.claims(), &claims);
        assert_eq!(read.collate(&bytes, &value, claims.holder), Ok(()));
        assert_eq!(read.read_recovered(&bytes), Ok(value));
    }

    #[test]
    fn collation_names_what_disagrees() {
        let (value, bytes, claims) = sample();
        let certificate = Certificate::issue(claims.clone(), &safe_key());
        let mut altered = bytes.clone();
        altered[0] ^= 1;
        assert_eq!(
            certificate.collate(&altered, &value, claims.holder),
            Err(CollationError::Hash)
        );
        let mut fields = movie_ticket();
        fields.quantity = 2;
        let other = Value::check(fields).unwrap();
        assert_eq!(
            certificate.collate(&bytes, &other, claims.holder),
            Err(CollationError::Digest)
        );
        assert_eq!(
            certificate.collate(&bytes, &value, HolderId::new([3; 32])),
            Err(CollationError::Holder)
        );
    }

    #[test]
    fn plain_collation_takes_no_other_class_and_no_sealed_digest() {
        let (value, bytes, claims) = sample();
        let check = |claims: Claims, error| {
            let certificate = Certificate::issue(claims.clone(), &safe_key());
            let collated = certificate.collate(&bytes, &value, claims.holder);
            assert_eq!(collated, Err(error));
            let read = certificate.read_recovered(&bytes);
            assert_eq!(read, Err(RecoveredError::Collation(error)));
        };
        for class in ObjectClass::ALL {
            if class != ObjectClass::Value {
                let of_class = Claims {
                    class,
                    ..claims.clone()
                };
                check(of_class, CollationError::Class);
            }
        }
        let sealed = Claims {
            digest: sealed(3),
            ..claims
        };
        check(sealed, CollationError::Digest);
    }

    #[test]
    fn given_collation_names_what_disagrees() {
        let (_, _, claims) = sample();
        let bytes = b"sealed by its wallet";
        let claims = Claims {
            class: ObjectClass::Piece,
            digest: sealed(178),
            hash: ObjectHash::of(bytes, LegacyHash::Md5),
            ..claims
        };
        let certificate = Certificate::issue(claims.clone(), &safe_key());
        let certificate = Certificate::verify(certificate.compact(), &safe_public()).unwrap();
        let given = Given {
            class: claims.class,
            digest: claims.digest.clone(),
        };
        let check = |bytes: &[u8], given: &Given, holder, result| {
            assert_eq!(certificate.collate_given(bytes, given, holder), result);
        };
        check(bytes, &given, claims.holder, Ok(()));
        check(b"other", &given, claims.holder, Err(CollationError::Hash));
        let stranger = HolderId::new([3; 32]);
        check(bytes, &given, stranger, Err(CollationError::Holder));
        for digest in [sealed(177), Digest::default().into()] {
            let other = Given {
                digest,
                ..given.clone()
            };
            check(bytes, &other, claims.holder, Err(CollationError::Digest));
        }
        for class in ObjectClass::ALL {
            let other = Given {
                class,
                ..given.clone()
            };
            let result = if class == claims.class {
                Ok(())
            } else {
                Err(CollationError::Class)
            };
            check(bytes, &other, claims.holder, result);
        }
    }

    #[test]
    fn each_class_has_a_name_of_its_own_in_certificates() {
        // The names lie at safes and in wallets for years.
        let names = ObjectClass::ALL.map(|class| crate::json::write_text(&class));
        assert_eq!(
            names,
            [
                r#""value""#,
                r#""key""#,
                r#""seed""#,
                r#""piece""#,
                r#""share""#,
                r#""coupled""#
            ]
        );
        for (class, name) in ObjectClass::ALL.into_iter().zip(names) {
            assert_eq!(crate::json::read(name.as_bytes()), Ok(class));
        }
        let read_only: Vec<_> = ObjectClass::ALL
            .into_iter()
            .filter(|class| !class.is_released_once())
            .collect();
        assert_eq!(read_only, [ObjectClass::Key, ObjectClass::Seed]);
    }

    #[test]
    fn legacy_md5_is_checked_beside_sha_256_and_never_instead() {
        let (value, bytes, mut claims) = sample();
        claims.hash = ObjectHash::of(&bytes, LegacyHash::Md5);
        let good = Certificate::issue(claims.clone(), &safe_key());
        assert_eq!(good.collate(&bytes, &value, claims.holder), Ok(()));
        claims.hash.md5 = Some([0; 16]);
        let bad = Certificate::issue(claims.clone(), &safe_key());
        assert_eq!(
            bad.collate(&bytes, &value, claims.holder),
            Err(CollationError::Hash)
        );
        claims.hash = ObjectHash {
            sha256: [0; 32],
            md5: Some(hash::md5(&bytes)),
        };
        let worse = Certificate::issue(claims.clone(), &safe_key());
        assert_eq!(
            worse.collate(&bytes, &value, claims.holder),
            Err(CollationError::Hash)
        );
    }

    #[test]
    fn another_safes_key_is_told_apart_from_a_forged_signature() {
        let (_, _, claims) = sample();
        let stranger = SigningKey::derive(&Secret::new([8; 32]));
        let forged = Certificate::issue(claims, &stranger);
        assert_eq!(
            Certificate::verify(forged.compact(), &safe_public()).unwrap_err(),
            CertificateError::Forged
        );
        assert_eq!(
            Certificate::verify(forged.compact(), &PublicKey::new(stranger.public())).unwrap_err(),
            CertificateError::OtherSafe
        );
    }

    #[test]
    fn the_largest_certificate_fits_kv_metadata_and_a_qr_code() {
        let (_, bytes, claims) = sample();
        let host = "a".repeat(limits::MAX_ADDRESS_BYTES - "https://".len());
        // Digests that a wallet gives may be longer than those a safe makes.
        let given = Digest {
            name: Some(
                "a".repeat(limits::MAX_DIGEST_BYTES - "[null,\"\",null,null,null,null]".len()),
            ),
            ..Digest::default()
        };
        assert_eq!(given.to_canonical().len(), limits::MAX_DIGEST_BYTES);
        for digest in [
            crate::digest::tests::largest().into(),
            given.into(),
            sealed(limits::MAX_SEALED_DIGEST_BYTES),
        ] {
            let largest = Certificate::issue(
                Claims {
                    address: Address::parse(&alloc::format!("https://{host}")).unwrap(),
                    class: ObjectClass::Coupled,
                    digest,
                    hash: ObjectHash::of(&bytes, LegacyHash::Md5),
                    counter: Counter::MAX,
                    issued_at: UnixTime(99_999_999_999),
                    retained_until: UnixTime(99_999_999_999),
                    ..claims.clone()
                },
                &safe_key(),
            );
            let len = largest.compact().len();
            assert!(len <= limits::MAX_CERTIFICATE_BYTES, "{len} bytes");
            assert!(Certificate::verify(largest.compact(), &safe_public()).is_ok());
        }
    }

    #[test]
    fn format_of_suite_1_is_pinned() {
        // Certificates outlive every version of this software.
        let (_, _, claims) = sample();
        let issued = Certificate::issue(claims, &safe_key());
        let payload = issued.compact().split('.').nth(1).unwrap().to_string();
        assert_eq!(
            core::str::from_utf8(&crate::b64::decode(&payload).unwrap()).unwrap(),
            concat!(
                r#"{"su":1,"iss":"UDDReOZl1ipXAfp9wYsm13sDBMK5og--QWdBjzuf6o4","url":"https://safe.example","#,
                r#""cls":"value","dig":["movie-ticket","A",1,"2000-04-01","2000-05-31","B"],"#,
                r#""h":{"s256":"rHdSWUDIND5N8rDoW9kSbhlIyBAOsU87T3Itb81QZRA"},"ctr":41,"#,
                r#""iat":953078400,"ret":984614400,"#,
                r#""cnf":{"jkt":"AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI"}}"#
            )
        );
    }

    #[test]
    fn format_of_a_sealed_digest_is_pinned() {
        let (_, _, claims) = sample();
        let claims = Claims {
            class: ObjectClass::Coupled,
            digest: sealed(5),
            ..claims
        };
        let issued = Certificate::issue(claims, &safe_key());
        let payload = issued.compact().split('.').nth(1).unwrap().to_string();
        let payload = crate::b64::decode(&payload).unwrap();
        let payload = core::str::from_utf8(&payload).unwrap();
        assert!(payload.contains(r#""cls":"coupled","dig":"CQkJCQk","h":{"#));
    }

    #[test]
    fn addresses_are_origins() {
        assert_eq!(
            Address::parse(" https://Safe.example/ ").unwrap().as_str(),
            "https://safe.example"
        );
        assert!(Address::parse("http://localhost:8787").is_ok());
        for text in [
            "",
            "https://",
            "http://safe.example",
            "http://localhost.evil.example",
            "https://user@safe.example",
            "https://safe.example/path",
            "ftp://safe.example",
            "javascript:alert(1)",
        ] {
            assert!(Address::parse(text).is_err(), "{text}");
        }
    }
}
