// The only script the page names. It runs twice: on the page, where it compiles the wallet's wasm module and starts
// it, and as the wallet's Worker, which gets the compiled module from the page (so nothing is loaded twice).

const start = async (js, module) => {
  const { default: init } = await import(js);
  await init({ module_or_path: module });
};

// The first message carries the module; from the second on Rust listens.
const startWorker = () =>
  addEventListener(
    "message",
    async ({ data: { js, module } }) => {
      try {
        await start(js, module);
      } catch (error) {
        // Thrown out of the promise, it reaches the page as the Worker's error event.
        setTimeout(() => {
          throw error;
        });
      }
    },
    { once: true },
  );

// What the owner chose, before anything is drawn. The wallet keeps it as JSON and sets it again when it runs.
const showTheme = () => {
  try {
    const theme = JSON.parse(localStorage.getItem("theme"));
    if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
  } catch {
    // Without storage, or with something else in it, the device decides.
  }
};

/** The language the owner chose, else the first of the browser's that there are words for, else English. */
const language = (hasWords) => {
  let kept;
  try {
    kept = JSON.parse(localStorage.getItem("language"));
  } catch {
    // As with the theme.
  }
  const wanted = [kept, ...navigator.languages].map((tag) => String(tag).split("-")[0].toLowerCase());
  return wanted.find(hasWords) ?? "en";
};

const fetchWords = async (file) => {
  const answer = await fetch(file);
  if (!answer.ok) throw new Error(`${file}: ${answer.status}`);
  return answer.text();
};

const startPage = async () => {
  showTheme();
  // Even if the wallet itself can't start: this is how a mended version gets here.
  navigator.serviceWorker?.register("/service-worker.js", { updateViaCache: "none" }).catch((error) => {
    console.warn("Saifu will not start without the network:", error);
  });

  const script = document.querySelector("script[data-wasm]");
  const { js, wasm } = script.dataset;
  const words = (lang) => script.getAttribute(`data-words-${lang}`);
  const lang = language(words);
  document.documentElement.lang = lang;
  try {
    const fetched = [WebAssembly.compileStreaming(fetch(wasm)), fetchWords(words(lang))];
    const [module, file] = await Promise.all(fetched);
    // The page's Rust finds its language and its words where they are put here.
    globalThis.words = file;
    await start(new URL(js, location.href).href, module);
  } catch (error) {
    console.error(error);
    const place = document.getElementById("app");
    place.textContent = lang === "ja"
      ? "このブラウザでSaifuを起動できませんでした。何も失われていません。通信状況を確かめて再読み込みし、" +
        "直らないときはブラウザを更新してください。"
      : "Saifu could not start in this browser. Nothing is lost. Check the connection and reload the page; " +
        "if that does not help, update the browser.";
    place.setAttribute("role", "alert");
  }
};

if (typeof document === "undefined") startWorker();
else startPage();
