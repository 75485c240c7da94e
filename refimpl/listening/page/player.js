// Sounds that play in step: all run from one clock, and switching only changes which one is heard.

const SWITCH_SECONDS = 0.005; // quick enough for the ear, slow enough not to click
const LEAD_SECONDS = 0.03; // so that all sounds are ready when the first one starts
const SHORTEST_LOOP = 0.5; // seconds
const scripts = new Map(); // name of a sound -> its bytes, as a promise
const arrived = new Map();
window.SOUND = (name, text) => arrived.set(name, text);

// A page on a disk may load no files but scripts, so each sound is a script that hands it over.
// A page in one file has these scripts in it, and they have handed over everything already.
function bytesOf(name) {
  if (!scripts.has(name)) {
    scripts.set(name, new Promise((resolve, reject) => {
      if (arrived.has(name)) return resolve(taken(name));
      const script = make("script", { src: `sounds/${name}.js` });
      const give = () => {
        script.remove();
        if (!arrived.has(name)) return fail();
        resolve(taken(name));
      };
      const fail = () => {
        script.remove();
        scripts.delete(name); // so that it can be tried again
        reject(new Error("a sound could not be loaded"));
      };
      script.onload = give;
      script.onerror = fail;
      document.head.append(script);
    }));
  }
  return scripts.get(name);
}

function taken(name) {
  const bytes = Uint8Array.from(atob(arrived.get(name)), (letter) => letter.charCodeAt(0));
  arrived.delete(name);
  return bytes.buffer;
}

class Player {
  constructor(onchange) {
    this.onchange = onchange;
    this.context = new AudioContext();
    this.master = this.context.createGain();
    this.master.connect(this.context.destination);
    this.stopAll();
    this.buffers = {};
    this.seconds = 0;
    this.ended = () => {};
  }

  set volume(value) {
    this.master.gain.value = value ** 2; // the ear hears levels
  }

  stopAll() {
    for (const { source } of Object.values(this.running ?? {})) source.stop();
    this.running = {};
  }

  async load(names) {
    this.pause(0);
    this.buffers = {};
    this.heard = null;
    this.loop = false;
    this.restarts = false;
    const decoded = await Promise.all(names.map(async (name) => {
      const bytes = await bytesOf(name);
      return [name, await this.context.decodeAudioData(bytes.slice(0))];
    }));
    this.buffers = Object.fromEntries(decoded);
    this.seconds = Math.max(...decoded.map(([, buffer]) => buffer.duration));
    this.from = 0;
    this.to = this.seconds;
  }

  get playing() {
    return Object.keys(this.running).length > 0;
  }

  // Where in the sound we are, in seconds.
  get position() {
    if (!this.playing) return this.at;
    const passed = Math.max(0, this.context.currentTime - this.startedAt);
    const [from, to] = this.region;
    return this.loop ? from + ((this.at - from + passed) % (to - from)) : Math.min(this.at + passed, to);
  }

  get region() {
    return this.loop ? [this.from, this.to] : [0, this.seconds];
  }

  // Hear one of the sounds: from here on where others play, from the place of the pause otherwise.
  async hear(name) {
    const other = this.heard !== name;
    this.heard = name;
    if (this.playing && other && this.restarts) this.pause(this.region[0]);
    if (!this.playing) {
      await this.context.resume();
      if (!this.playing) this.start();
    }
    const now = this.context.currentTime;
    for (const [one, { gain }] of Object.entries(this.running)) {
      gain.gain.cancelScheduledValues(now);
      gain.gain.setValueAtTime(gain.gain.value, now);
      gain.gain.linearRampToValueAtTime(one === name ? 1 : 0, now + SWITCH_SECONDS);
    }
    this.onchange();
  }

  start() {
    const [from, to] = this.region;
    if (this.at < from || this.at >= to - 0.01) this.at = from;
    this.startedAt = this.context.currentTime + LEAD_SECONDS;
    for (const [name, whole] of Object.entries(this.buffers)) {
      const buffer = this.loop ? this.cut(whole, from, to) : whole;
      const gain = new GainNode(this.context, { gain: name === this.heard ? 1 : 0 });
      const source = new AudioBufferSourceNode(this.context, { buffer, loop: this.loop });
      source.connect(gain).connect(this.master);
      source.start(this.startedAt, this.loop ? this.at - from : this.at);
      this.running[name] = { source, gain };
    }
    const [last] = Object.values(this.running);
    last.source.onended = () => {
      if (this.running[Object.keys(this.running)[0]] !== last) return; // stopped by hand
      this.pause(0);
      this.onchange();
    };
  }

  // A loop's own piece of a sound, faded at both ends so that its seam does not click.
  cut(whole, from, to) {
    const { sampleRate } = whole;
    const first = Math.round(from * sampleRate);
    const length = Math.max(1, Math.min(whole.length, Math.round(to * sampleRate)) - first);
    const piece = new AudioBuffer({ length, sampleRate });
    const samples = whole.getChannelData(0).slice(first, first + length);
    const fade = Math.min(Math.round(SWITCH_SECONDS * sampleRate), length >> 1);
    for (let i = 0; i < fade; i++) {
      samples[i] *= i / fade;
      samples[length - 1 - i] *= i / fade;
    }
    piece.copyToChannel(samples, 0);
    return piece;
  }

  pause(at = this.position) {
    this.at = at;
    this.stopAll();
  }

  // Change the place, the loop or its ends; what plays goes on from there.
  async change(what) {
    const wasPlaying = this.playing;
    const at = what.at ?? this.position;
    this.pause(at);
    Object.assign(this, what, { at });
    this.to = Math.min(this.seconds, Math.max(this.to, this.from + SHORTEST_LOOP));
    this.from = Math.max(0, Math.min(this.from, this.to - SHORTEST_LOOP));
    if (wasPlaying) await this.hear(this.heard);
    this.onchange();
  }
}
