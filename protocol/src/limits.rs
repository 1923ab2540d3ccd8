//! Every limit, with its arithmetic.

/// The largest object of one entry in bytes: 1 MiB. With the certificate beside it a row stays under the 2 MB that a
/// SQLite-backed Durable Object stores.
pub const MAX_OBJECT_BYTES: usize = 1 << 20;

/// The largest HTTP body in bytes: 8 MiB. An object of 1 MiB is base64url in JSON, sealed, and base64url in JSON again:
/// 1 MiB × 16/9 ≈ 1.8 MiB, so four of the largest objects fit.
pub const MAX_REQUEST_BYTES: usize = 8 << 20;

/// The most items in one request.
pub const MAX_ITEMS: usize = 100;

/// The longest registration certificate in bytes. KV metadata holds 1,024 bytes of JSON; the account tag and
/// punctuation take 24 of them. It also fits one QR code (version 25 at level M holds 997 bytes, version 26 holds 1,059).
pub const MAX_CERTIFICATE_BYTES: usize = 1_000;

/// The longest canonical digest in bytes.
pub const MAX_DIGEST_BYTES: usize = 160;

/// The longest sealed digest in bytes: a length of one byte, the longest digest and a tag of 16 are 177, and three are
/// left for whoever must say how it is sealed. As base64url it is 240 characters of a certificate, where an open one
/// takes 160.
pub const MAX_SEALED_DIGEST_BYTES: usize = 180;

/// The longest address of a safe in a certificate, in bytes.
pub const MAX_ADDRESS_BYTES: usize = 96;

/// The longest compact JWS that is looked at at all: anything longer is refused unread.
pub const MAX_JWS_BYTES: usize = 4_096;

/// The bytes of a chunk that an audit asks for. Values have some hundred bytes to some thousand: smaller chunks make the proofs
/// longer than what they prove, larger ones hand out more of a value than is needed. The largest object has 4,096 of them.
pub const AUDIT_CHUNK_BYTES: usize = 256;

/// The largest chunk a certificate may name: whoever makes one of a whole object has it handed out by each audit.
pub const MAX_AUDIT_CHUNK_BYTES: usize = 4 << 10;

/// The most chunks of one object that are shown at once. With 12 hashes of 32 bytes on each way up, in base64url, that is 29 KiB.
pub const MAX_AUDIT_CHUNKS: usize = 32;

/// Seconds for which a signed request may be sent after it was signed.
pub const REQUEST_LIFETIME: u64 = 300;

/// Seconds for which a registration that was prepared may be sent: seven days. Whoever had no network for longer opens the wallet.
pub const PREPARED_LIFETIME: u64 = 7 * 24 * 3_600;

/// Seconds by which the clocks of wallet and safe may differ before the safe answers with its own time.
pub const CLOCK_TOLERANCE: u64 = 120;

/// Seconds for which an order may be brought after it was signed: two safes and the way between them take longer than one.
pub const ORDER_LIFETIME: u64 = 600;

/// The longest address of a push service in bytes. Those of the makers of browsers have up to about 350.
pub const MAX_ENDPOINT_BYTES: usize = 512;

/// The longest name of an operator, in characters.
pub const MAX_OPERATOR_CHARS: usize = 120;
/// The longest jurisdiction, in characters.
pub const MAX_JURISDICTION_CHARS: usize = 16;

/// The longest name of a value, in characters.
pub const MAX_NAME_CHARS: usize = 120;
/// The longest place, in characters.
pub const MAX_PLACE_CHARS: usize = 120;
/// The longest remarks, in characters.
pub const MAX_REMARKS_CHARS: usize = 1_000;
/// The longest bearer payload in bytes: what one QR code can show.
pub const MAX_PAYLOAD_BYTES: usize = 2_900;

/// The longest name of an owner in bytes.
pub const MAX_OWNER_NAME_BYTES: usize = 256;
/// The longest sealed share of the root in bytes. With checks for ten safes a share is 356 bytes, and what seals it 80.
pub const MAX_OWNER_SHARE_BYTES: usize = 512;
/// The longest sealed map of an owner's safes in bytes: room for a hundred safes at 160 bytes each, for what the wallet
/// keeps there beside them, and for what seals it.
pub const MAX_OWNER_MAP_BYTES: usize = 32 << 10;
/// The longest note that is kept with an entry in bytes. It has the seed of the holder's key, 32 bytes, the summary of
/// what is in the entry, and what seals both.
pub const MAX_NOTE_BYTES: usize = 4 << 10;
/// The most entries in one page of an owner's list. With a certificate of 1,000 bytes and a note of 4 KiB, in base64url
/// and sealed, each is 9 KiB of a reply, and a page 225 KiB.
pub const MAX_OWNER_PAGE: usize = 25;
/// The longest cursor of an owner's list in bytes.
pub const MAX_OWNER_CURSOR_BYTES: usize = 128;
/// The most accounts of one owner at one safe: one for each device that was ever used, and for each way in.
pub const MAX_OWNER_ACCOUNTS: usize = 64;
/// Seconds for which a session holds after its login.
pub const OWNER_SESSION_LIFETIME: u64 = 900;
/// Seconds within which a login that was begun must be ended. A phone stretches for some of them.
pub const OWNER_LOGIN_LIFETIME: u64 = 300;
/// The most devices of one owner at one safe.
pub const MAX_DEVICES: usize = 16;
/// The longest sealed name of a device in bytes: 40 characters of four bytes, and what seals them.
pub const MAX_DEVICE_LABEL_BYTES: usize = 256;
/// The longest id of a WebAuthn credential in bytes (WebAuthn Level 3, 4).
pub const MAX_CREDENTIAL_BYTES: usize = 1_023;
/// The most that an authenticator says in bytes, each part of it: `authenticatorData` is 37 and what extensions add, and
/// `clientDataJSON` an origin and a challenge and what browsers add.
pub const MAX_ASSERTION_BYTES: usize = 4 << 10;
/// The longest origin in bytes: a scheme, a name of 253, and a port.
pub const MAX_ORIGIN_BYTES: usize = 512;
/// What happened to an owner's record: so much of it is kept, the newest.
pub const MAX_OWNER_HISTORY: usize = 100;
/// The longest wait before a safe hands something to an account that did not register it, in seconds: 30 days.
pub const MAX_WAIT: u64 = 30 * 24 * 60 * 60;
/// After how long one kind of way in is enough to lift a freeze, if no other one freezes meanwhile, in seconds: 30 days, the
/// longest time that anybody has others wait.
pub const FREEZE_ALONE: u64 = MAX_WAIT;
/// For how long after it was lifted a freeze takes a session, in seconds: a week. Whoever once had the words may have counted an
/// account of theirs as the owner's, and must not freeze again and again with nothing but that.
pub const FREEZE_REST: u64 = 7 * 24 * 60 * 60;
/// Of those who wait for an account's entries so many are told: those about whom nothing is said, and who asked first.
pub const MAX_ASKED: usize = 100;
