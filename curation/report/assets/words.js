// Words as they are shown and searched: what cannot be seen is made visible, what was searched for is marked.

const UNSEEN = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180d\u180f\u2800\u3164\uffa0]/gu;
const JOINED_EMOJI = /\p{Extended_Pictographic}\ufe0f?\p{Emoji_Modifier}?$/u;

const codePoint = (character) => `U+${character.codePointAt(0).toString(16).toUpperCase().padStart(4, "0")}`;

function isPlain(character, before) {
  return character === "\n" || character === "\t" || (character === "\u200d" && JOINED_EMOJI.test(before));
}

// Yields text as [words, kind], kind being "", "unseen" or "found".
function* pieces(text, wanted) {
  let from = 0;
  for (const match of text.matchAll(UNSEEN)) {
    if (isPlain(match[0], text.slice(0, match.index))) continue;
    yield* marked(text.slice(from, match.index), wanted);
    yield [codePoint(match[0]), "unseen"];
    from = match.index + match[0].length;
  }
  yield* marked(text.slice(from), wanted);
}

function* marked(text, wanted) {
  const pattern = wanted ? new RegExp(wanted.split(" ").map(literal).join("\\s+"), "giu") : null;
  let from = 0;
  for (const match of pattern ? text.matchAll(pattern) : []) {
    yield [text.slice(from, match.index), ""];
    yield [match[0], "found"];
    from = match.index + match[0].length;
  }
  if (from < text.length) yield [text.slice(from), ""];
}

const literal = (text) => text.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");

// Text from a run or a file as nodes.
function words(text, wanted = "") {
  return [...pieces(text, wanted)].map(([part, kind]) => {
    if (kind === "unseen")
      return element("span", { class: "unseen-character", title: "a character that draws nothing" }, part);
    return kind === "found" ? element("mark", { class: "found" }, part) : part;
  });
}

// Text for a tooltip, an option or a plot, which can hold no elements.
const plain = (text) => [...pieces(String(text), "")].map(([part]) => part).join("");

const searchable = (text) =>
  text
    .replace(UNSEEN, (found) => (/\s/.test(found) ? found : ""))
    .replace(/\s+/g, " ")
    .trim()
    .toLowerCase();

const spaced = (name) => plain(name).replaceAll("_", " ");
