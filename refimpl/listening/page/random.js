// Chance that a code decides: the same listener gets the same order again after a reload.

const LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"; // none that one takes for another

function newCode() {
  const drawn = crypto.getRandomValues(new Uint8Array(8));
  return [...drawn].map((byte) => LETTERS[byte % LETTERS.length]).join("");
}

// Numbers from 0 to 1 that a text decides (FNV-1a makes it a seed, xorshift goes on from there).
function randomFrom(text) {
  let state = 2166136261;
  for (const letter of text) state = Math.imul(state ^ letter.codePointAt(0), 16777619) >>> 0;
  state = state || 1;
  const next = () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state / 2 ** 32;
  };
  for (let i = 0; i < 16; i++) next(); // like seeds begin alike
  return next;
}

function shuffled(items, text) {
  const random = randomFrom(text);
  const result = [...items];
  for (let i = result.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [result[i], result[j]] = [result[j], result[i]];
  }
  return result;
}
