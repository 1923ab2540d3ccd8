//! Every label under which something is derived, sealed or signed. One file, so that no two purposes share one.

/// HPKE `info` of a request body.
pub const REQUEST_INFO: &str = "saifu/1/request";
/// HPKE `info` of a reply body.
pub const REPLY_INFO: &str = "saifu/1/reply";
/// Key that seals the records of the wallet store, derived from the master key.
pub const RECORDS_KEY: &str = "saifu/1/wallet/records";
/// What the sealed master key of the wallet store is bound to.
pub const MASTER_KEY_WRAP: &str = "saifu/1/wallet/master-key";

/// What the lock of the wallet is bound to, where it lies sealed by the device key.
pub const LOCK_RECORD: &str = "saifu/1/wallet/lock";
/// What the master key is bound to, sealed under the key of one of the lock's methods.
pub const LOCK_WRAP: &str = "saifu/1/wallet/lock/master-key";
/// The key of a method, from a stretched passcode.
pub const LOCK_PASSCODE: &str = "saifu/1/wallet/lock/passcode";
/// The same from what a passkey derived.
pub const LOCK_PASSKEY: &str = "saifu/1/wallet/lock/passkey";
/// The same from the stretched words of a recovery kit.
pub const LOCK_KIT: &str = "saifu/1/wallet/lock/kit";
/// The one-use key of one message from the page to the Worker, derived from what both agreed on.
pub const TYPED_AGREED: &str = "saifu/1/typed/to-worker/agreed";
/// HPKE `info` of a message from the page to the Worker.
pub const TYPED_HPKE: &str = "saifu/1/typed/to-worker/hpke";

/// What the wallet signs a part of a protected value for.
pub const PART_SIGNATURE: &str = "saifu/1/part/signature";
/// Seals the digest of a part.
pub const PART_DIGEST: &str = "saifu/1/part/digest";
/// Seals a value, or whatever a plan seals.
pub const SEALED: &str = "saifu/1/plan/sealed";
/// HPKE `info` of the item key in the public-key form.
pub const ITEM_KEY_INFO: &str = "saifu/1/plan/item-key";
/// Seals the whole in each of the pieces of which a number is enough.
pub const DIVIDED: &str = "saifu/1/plan/divided";
/// What covers a part on its way to a safe, derived from the seed of its holder's key.
pub const COVER: &str = "saifu/1/part/cover";
/// The key of a cover.
pub const COVER_KEY: &str = "saifu/1/part/cover-key";
/// The check by which a share is known.
pub const SHARE_CHECK: &str = "saifu/1/plan/share-check";
/// A key's id, derived from the key.
pub const KEY_ID: &str = "saifu/1/plan/key-id";
/// A common key, derived from its seed.
pub const SEED_OF_KEY: &str = "saifu/1/plan/seed/key";
/// The secret half of a pair, derived from its seed.
pub const SEED_OF_PAIR: &str = "saifu/1/plan/seed/pair";

/// The id under which an owner is looked up, derived from their stretched name.
pub const OWNER_LOOK_UP: &str = "saifu/1/owner/look-up";
/// The root of everything an owner gets back, derived from the seed of the key that signs parts.
pub const OWNER_ROOT: &str = "saifu/1/owner/root";
/// What the shares of the root are drawn from, derived from the root.
pub const OWNER_SHARES: &str = "saifu/1/owner/shares";
/// By what a wallet knows the recovery secret again, derived from root and secret.
pub const OWNER_CHECK: &str = "saifu/1/owner/check";
/// The last of six words, derived from the five before it.
pub const OWNER_WORDS: &str = "saifu/1/owner/words";
/// By what a wallet knows a recovery kit again, derived from its words.
pub const OWNER_KIT: &str = "saifu/1/owner/kit";
/// Seals the share of the root that a safe keeps; the key is derived from the export key.
pub const OWNER_SHARE: &str = "saifu/1/owner/share";
/// Seals the map of the owner's safes, likewise.
pub const OWNER_MAP: &str = "saifu/1/owner/map";
/// Seals the note that lies with an entry; the key is derived from the root.
pub const OWNER_NOTE: &str = "saifu/1/owner/note";
/// What wallet and safe log in to: the context of OPAQUE.
pub const OWNER_CONTEXT: &str = "saifu/1/owner/opaque";
/// What proves a session, derived from its key.
pub const OWNER_SESSION: &str = "saifu/1/owner/session";
/// Seals what is asked in a session; the key is derived from that of the session.
pub const OWNER_CHANNEL: &str = "saifu/1/owner/channel";
/// What a device signs to log in: the hash of the conversation.
pub const DEVICE_CHALLENGE: &str = "saifu/1/device/challenge";
/// What a safe signs before a device is asked.
pub const DEVICE_GREETING: &str = "saifu/1/device/greeting";
/// The key of a session that a device opened, derived from what both sides agreed on.
pub const DEVICE_SESSION: &str = "saifu/1/device/session";
/// What a device signs to be enrolled, derived from the key of the session.
pub const DEVICE_ENROLMENT: &str = "saifu/1/device/enrolment";
/// What a terminal signs a challenge for.
pub const DEVICE_TERMINAL: &str = "saifu/1/device/terminal";
/// What a device is known by.
pub const DEVICE_ID: &str = "saifu/1/device/id";
/// What an authenticator derives from for a safe: the salt is the hash of this.
pub const DEVICE_PASSKEY_SALT: &str = "saifu/1/device/salt/passkey";
/// Likewise for a terminal.
pub const DEVICE_TERMINAL_SALT: &str = "saifu/1/device/salt/terminal";
/// Seals share and map for a device, derived from what its authenticator derives.
pub const DEVICE_KEPT: &str = "saifu/1/device/kept";
/// The key of a terminal at a safe, likewise.
pub const DEVICE_TERMINAL_KEY: &str = "saifu/1/device/terminal-key";
/// Seals what an owner calls a device; the key is derived from the root.
pub const DEVICE_LABEL: &str = "saifu/1/device/label";
/// Under what an authenticator files the passkey of a safe, derived from the root.
pub const DEVICE_USER: &str = "saifu/1/device/user";
/// By what a wallet tells its owner's passkeys apart: what each is for.
pub const DEVICE_MARK: &str = "saifu/1/device/mark";
/// Seals the map that any login brings; the key is derived from the root.
pub const OWNER_ROOT_MAP: &str = "saifu/1/owner/root-map";
/// Where everything a safe has for owners comes from, derived from the seed of its signing key.
pub const OWNER_KEYS: &str = "saifu/1/safe/owner/keys";
/// The seed of the key a safe is known by at push services, derived from the seed of its signing key.
pub const PUSH_KEY: &str = "saifu/1/safe/push/key";
/// The seed of a safe's OPAQUE keys.
pub const OWNER_SETUP: &str = "saifu/1/safe/owner/setup";
/// The identifier of a credential that was enrolled.
pub const OWNER_CREDENTIAL: &str = "saifu/1/safe/owner/credential";
/// The identifier of a credential that nobody has.
pub const OWNER_FAKE: &str = "saifu/1/safe/owner/fake";

/// The key whose orders a safe obeys for one part of a backup, derived from the root.
pub const ORDER_KEY: &str = "saifu/1/order/key";
/// By what is known who waits for an order.
pub const ORDER_WAITER: &str = "saifu/1/order/waiter";
/// HPKE `info` of the answer to an order.
pub const ORDER_ANSWER_INFO: &str = "saifu/1/order/answer";

/// JWS `typ` of a registration certificate.
pub const CERTIFICATE_TYP: &str = "saifu-cert+jwt";
/// JWS `typ` of a receipt of a safe.
pub const RECEIPT_TYP: &str = "saifu-receipt+jwt";
/// JWS `typ` of a signed request.
pub const REQUEST_TYP: &str = "saifu-request+jwt";
/// JWS `typ` of a registration that was signed to be sent later, by whoever keeps it.
pub const PREPARED_TYP: &str = "saifu-prepared+jwt";
/// JWS `typ` of the proof that a certificate's holder presents it.
pub const PRESENTATION_TYP: &str = "saifu-presentation+jwt";
/// JWS `typ` of an order.
pub const ORDER_TYP: &str = "saifu-order+jwt";
/// JWS `typ` of what a safe signs of its answer to an order.
pub const ORDER_ANSWER_TYP: &str = "saifu-order-answer+jwt";
/// JWS `typ` of the attestation in a safe's descriptor.
pub const SAFE_TYP: &str = "saifu-safe+jwt";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_labels_are_the_same() {
        let mut all = [
            REQUEST_INFO,
            REPLY_INFO,
            RECORDS_KEY,
            MASTER_KEY_WRAP,
            LOCK_RECORD,
            LOCK_WRAP,
            LOCK_PASSCODE,
            LOCK_PASSKEY,
            LOCK_KIT,
            TYPED_AGREED,
            TYPED_HPKE,
            PART_SIGNATURE,
            PART_DIGEST,
            COVER,
            COVER_KEY,
            SEALED,
            ITEM_KEY_INFO,
            DIVIDED,
            SHARE_CHECK,
            KEY_ID,
            SEED_OF_KEY,
            SEED_OF_PAIR,
            OWNER_LOOK_UP,
            OWNER_ROOT,
            OWNER_SHARES,
            OWNER_CHECK,
            OWNER_WORDS,
            OWNER_KIT,
            OWNER_SHARE,
            OWNER_MAP,
            OWNER_NOTE,
            OWNER_CONTEXT,
            OWNER_SESSION,
            OWNER_CHANNEL,
            DEVICE_CHALLENGE,
            DEVICE_GREETING,
            DEVICE_SESSION,
            DEVICE_ENROLMENT,
            DEVICE_TERMINAL,
            DEVICE_ID,
            DEVICE_PASSKEY_SALT,
            DEVICE_TERMINAL_SALT,
            DEVICE_KEPT,
            DEVICE_TERMINAL_KEY,
            DEVICE_LABEL,
            DEVICE_USER,
            DEVICE_MARK,
            OWNER_ROOT_MAP,
            OWNER_KEYS,
            PUSH_KEY,
            OWNER_SETUP,
            OWNER_CREDENTIAL,
            OWNER_FAKE,
            ORDER_KEY,
            ORDER_WAITER,
            ORDER_ANSWER_INFO,
            CERTIFICATE_TYP,
            RECEIPT_TYP,
            REQUEST_TYP,
            PREPARED_TYP,
            PRESENTATION_TYP,
            ORDER_TYP,
            ORDER_ANSWER_TYP,
            SAFE_TYP,
        ];
        all.sort_unstable();
        assert!(all.windows(2).all(|pair| pair[0] != pair[1]));
    }
}
