// Authenticators for tests: what WebAuthn's own DevTools domain plays to a page in their place.

import { until } from "./until.mjs";

const hexOf = (base64) => Buffer.from(base64, "base64").toString("hex");

/**
 * The owner's choice in the list of passkeys that a browser shows where the page names none: there is no such list without a
 * screen, so the chosen one is named in the page's place.
 */
const offerChoice = () => {
  const ask = CredentialsContainer.prototype.get;
  CredentialsContainer.prototype.get = function (options) {
    const chosen = globalThis.saifuTestChoice;
    const { publicKey } = options;
    const isOpen = chosen !== undefined && publicKey?.allowCredentials?.length === 0;
    const id = isOpen && Uint8Array.from(chosen.match(/../g), (byte) => Number.parseInt(byte, 16));
    const allowCredentials = isOpen ? [{ type: "public-key", id }] : publicKey?.allowCredentials;
    return ask.call(this, { ...options, publicKey: { ...publicKey, allowCredentials } });
  };
};

/**
 * Puts authenticators at this page's disposal; call it before one is asked for. As many as are added are there at once, and the
 * browser asks all of them, so a test that means another device removes the first one, or has nobody touch it. One keeps three
 * passkeys and no more; of several, one at the most can be "internal".
 *
 * `add` answers one authenticator:
 * - `prf`: whether it derives keys (false: an older one)
 * - `verifies`: whether it has a way to know its owner again (a finger, a PIN) at all
 * - `knows`: whether it does know the owner again, every time it is asked
 * - `transport`: "internal" is the device's own, "usb" a key that is plugged in
 */
export const authenticatorsOf = async (page) => {
  const session = await page.context().newCDPSession(page);
  await session.send("WebAuthn.enable", { enableUI: false });
  await page.addInitScript(offerChoice);
  await page.evaluate(offerChoice);

  const add = async ({ prf = true, verifies = true, knows = true, transport = "internal" } = {}) => {
    const { authenticatorId } = await session.send("WebAuthn.addVirtualAuthenticator", {
      options: {
        protocol: "ctap2",
        ctap2Version: "ctap2_1",
        transport,
        hasResidentKey: true,
        hasUserVerification: verifies,
        isUserVerified: knows,
        hasPrf: prf,
        automaticPresenceSimulation: true,
      },
    });
    const send = (method, more) => session.send(`WebAuthn.${method}`, { authenticatorId, ...more });
    const credentials = async () => (await send("getCredentials")).credentials;
    return {
      id: authenticatorId,
      /** Its passkeys: where for, id as hex, and how often each was used. */
      passkeys: async () =>
        (await credentials()).map(({ credentialId, rpId, signCount }) => ({ id: hexOf(credentialId), rpId, signCount })),
      /** What it calls each of them. Where a page names none, Chromium shows the first of these: the order is that of the ids, so chance. */
      named: async () => (await credentials()).map(({ credentialId, userName }) => ({ id: hexOf(credentialId), name: userName })),
      /** From now on, until the page is loaded anew, the owner chooses the one whose name ends so, wherever there is a choice. */
      choose: async (ending) => {
        const chosen = (await credentials()).find(({ userName }) => userName.endsWith(ending));
        await page.evaluate((id) => (globalThis.saifuTestChoice = id), chosen && hexOf(chosen.credentialId));
      },
      /** How often all of them together were shown. */
      uses: async () => (await credentials()).reduce((sum, { signCount }) => sum + signCount, 0),
      untilPasskeys: (count) => until(`${count} passkeys`, async () => (await credentials()).length === count),
      /**
       * From now on it knows the owner again, or does not. Chromium asks until the authenticator has had enough: once it did not,
       * it stays so, as a device after too many wrong fingers.
       */
      knowOwner: (isUserVerified) => send("setUserVerified", { isUserVerified }),
      /** From now on somebody touches it when it asks, or nobody does. */
      touch: (enabled) => send("setAutomaticPresenceSimulation", { enabled }),
      /** The owner deletes every passkey in the settings of the device. */
      forget: () => send("clearCredentials"),
      /**
       * A passkey is copied to another authenticator, with the counter as it is now. Chromium copies the signing key, not the one
       * that keys are derived from: the copy signs, and derives nothing.
       */
      cloneInto: async (other) => {
        for (const credential of await credentials()) {
          await session.send("WebAuthn.addCredential", { authenticatorId: other.id, credential });
        }
      },
      /** Sets the counter of every passkey, as a copy that was made before would have it; the same holds for it. */
      setCounter: async (signCount) => {
        for (const credential of await credentials()) {
          await send("removeCredential", { credentialId: credential.credentialId });
          await send("addCredential", { credential: { ...credential, signCount } });
        }
      },
      remove: () => send("removeVirtualAuthenticator"),
    };
  };
  return { add };
};
