// What a page has in its memory: every string that its scripts can still reach, and the memory of its wasm module. Buffers of scripts by
// themselves are not found this way; and the Worker's memory is another.

/** How many bytes come over at once. */
const PIECE = 1 << 20;

/** Without it a snapshot has only the beginnings of long strings. */
export const HEAP_FLAG = "--js-flags=--heap-snapshot-string-limit=10000000";

/** Runs in the page, on the list of all its wasm memories. */
const LENGTHS = "function () { return this.map((memory) => memory.buffer.byteLength); }";
const READ = `function (at, from, length) {
  const bytes = new Uint8Array(this[at].buffer, from, length);
  let text = "";
  for (let place = 0; place < length; place += 8192) text += String.fromCharCode(...bytes.subarray(place, place + 8192));
  return btoa(text);
}`;

/** Answers `{heap, module}`: the strings as one text, and the bytes. The browser needs HEAP_FLAG. */
export const readMemory = async (context, page) => {
  const devtools = await context.newCDPSession(page);
  await devtools.send("HeapProfiler.enable");
  // Twice: what the first one frees may have kept others.
  for (let round = 0; round < 2; round += 1) await devtools.send("HeapProfiler.collectGarbage");
  const heap = [];
  devtools.on("HeapProfiler.addHeapSnapshotChunk", ({ chunk }) => heap.push(chunk));
  await devtools.send("HeapProfiler.takeHeapSnapshot", { reportProgress: false });

  const { result: prototype } = await devtools.send("Runtime.evaluate", { expression: "WebAssembly.Memory.prototype" });
  const { objects: memories } = await devtools.send("Runtime.queryObjects", { prototypeObjectId: prototype.objectId });
  const call = async (functionDeclaration, ...values) => {
    const { result, exceptionDetails } = await devtools.send("Runtime.callFunctionOn", {
      objectId: memories.objectId,
      functionDeclaration,
      arguments: values.map((value) => ({ value })),
      returnByValue: true,
    });
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    return result.value;
  };
  const module = [];
  for (const [at, length] of (await call(LENGTHS)).entries()) {
    for (let from = 0; from < length; from += PIECE) {
      module.push(Buffer.from(await call(READ, at, from, Math.min(PIECE, length - from)), "base64"));
    }
  }
  await devtools.detach();
  return { heap: Buffer.from(heap.join("")), module: Buffer.concat(module) };
};
