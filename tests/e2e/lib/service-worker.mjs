// The service worker, as DevTools reaches it.

/** Has DevTools watch a page's service workers; answers by what id the one of its site goes there. */
export const registrationOf = async (cdp) => {
  const registered = new Promise((found) => {
    cdp.on("ServiceWorker.workerRegistrationUpdated", ({ registrations }) => {
      const [registration] = registrations.filter(({ isDeleted }) => !isDeleted);
      if (registration !== undefined) found(registration.registrationId);
    });
  });
  await cdp.send("ServiceWorker.enable");
  return registered;
};
