// Every form in which something secret could have been left, and looking for many of them at once.

/** What base64 makes of some bytes, wherever in a text they begin: the characters that do not hang on their neighbours. */
const base64Forms = (bytes) =>
  [0, 1, 2].flatMap((shift) => {
    const shifted = Buffer.concat([Buffer.alloc(shift), bytes]).toString("base64");
    const from = [0, 2, 3][shift];
    const fixed = shifted.slice(from, Math.floor(((shift + bytes.length) * 8) / 6));
    return [fixed, fixed.replaceAll("+", "-").replaceAll("/", "_")];
  });

/** Every form in which a text could have been left. */
export const formsOf = (text) => {
  const utf8 = Buffer.from(text);
  const forms = [utf8, Buffer.from(text, "utf16le"), Buffer.from(text, "utf16le").swap16(), Buffer.from(utf8.toString("hex")), Buffer.from(encodeURIComponent(text))];
  for (const form of new Set(base64Forms(utf8))) forms.push(Buffer.from(form), Buffer.from(form, "utf16le"));
  return forms;
};

/** The same for bytes: as they are, or written down in one of the usual ways, which may have been written down in turn. */
export const formsOfBytes = (bytes) => {
  const hex = bytes.toString("hex");
  const numbers = [...bytes];
  const texts = [hex, hex.toUpperCase(), numbers.join(","), numbers.join(", "), bytes.toString("base64url"), ...base64Forms(bytes)];
  const forms = new Map([bytes, ...texts.flatMap(formsOf)].map((form) => [form.toString("latin1"), form]));
  return [...forms.values()];
};

/**
 * Looks for many secrets at once, `{what, forms}` each: `find(bytes)` answers what the first one is that is there. One walk over
 * the bytes, however many forms there are: the first two bytes decide whether the first four are looked up at all.
 */
export const makeFinder = (secrets) => {
  const begins = new Uint8Array(1 << 16);
  const byStart = new Map();
  for (const { what, forms } of secrets) {
    for (const form of forms) {
      begins[form.readUInt16LE(0)] = 1;
      const start = form.readUInt32LE(0);
      byStart.set(start, [...(byStart.get(start) ?? []), { what, form }]);
    }
  }
  return (bytes) => {
    for (let at = 0; at + 4 <= bytes.length; at += 1) {
      if (begins[bytes[at] | (bytes[at + 1] << 8)] === 0) continue;
      const found = byStart.get(bytes.readUInt32LE(at))?.find(({ form }) => bytes.subarray(at, at + form.length).equals(form));
      if (found) return found.what;
    }
    return undefined;
  };
};
