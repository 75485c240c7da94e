// Shows a page's anywidgets without a kernel, a widget manager or any other library.
//
// What a notebook saved is in the page twice: the state of each widget, in one script of type
// "…widget-state+json", and at each place where a widget is shown the name of its model. An anywidget
// brings its own front end in its state (`_esm`, `_css`), so little is left to do: load that module
// and give it a model with the methods that https://anywidget.dev/en/afm/ names. Nobody answers
// `send`, and `save_changes` has nowhere to save to; both are there, because widgets call them.
//
// A script like any other, no module: browsers load no module from a disk, where this book can be
// read as well. A module that the page itself made, out of a widget's state, they do load.
//
// The build has taken the state out of the page into a script (`tools/bookbuild/media.py`), which is
// loaded when the first widget comes near, or when the rest of the page is.
(() => {
  const NEAR = "1000px";
  const ALL = "refimpl-load-all";
  const STATE = 'script[type="application/vnd.jupyter.widget-state+json"]';
  const VIEW = 'script[type="application/vnd.jupyter.widget-view+json"]';

  class Model {
    #state;
    #listeners = [];

    constructor(state, manager) {
      this.#state = state;
      this.widget_manager = manager;
    }

    get(name) {
      return this.#state[name];
    }

    set(names, value) {
      const changes = typeof names === "string" ? { [names]: value } : names;
      const changed = Object.keys(changes).filter((name) => this.#state[name] !== changes[name]);
      Object.assign(this.#state, changes);
      for (const name of changed) this.#tell(`change:${name}`, this, this.#state[name]);
      if (changed.length) this.#tell("change", this);
    }

    on(names, callback) {
      for (const name of names.split(" ")) this.#listeners.push({ name, callback });
    }

    off(name, callback) {
      this.#listeners = this.#listeners.filter(
        (one) => (name && one.name !== name) || (callback && one.callback !== callback),
      );
    }

    save_changes() {}

    send() {}

    #tell(event, ...details) {
      for (const one of [...this.#listeners]) if (one.name === event) one.callback(...details);
    }
  }

  // A saved array lies beside the state, as base64; the model holds it as a DataView.
  function withBuffers({ state, buffers = [] }) {
    for (const { path, data } of buffers) {
      const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
      const last = path.at(-1);
      path.slice(0, -1).reduce((inner, name) => inner[name], state)[last] = new DataView(bytes.buffer);
    }
    return state;
  }

  // Widgets of one kind share one module.
  const modules = new Map();
  function load(source) {
    if (!modules.has(source)) {
      const address = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
      const ready = import(address).then(async (module) => {
        const widget = module.default ?? module;
        return typeof widget === "function" ? await widget() : widget;
      });
      modules.set(source, ready);
    }
    return modules.get(source);
  }

  const styles = new Set();
  function addStyle(css) {
    if (!css || styles.has(css)) return;
    styles.add(css);
    document.head.append(Object.assign(document.createElement("style"), { textContent: css }));
  }

  let saved;

  function loadScript(address) {
    return new Promise((resolve, reject) => {
      const script = Object.assign(document.createElement("script"), { src: address });
      script.onload = resolve;
      script.onerror = () => reject(new Error(`${address} cannot be loaded`));
      document.head.append(script);
    });
  }

  async function loadState() {
    const states = [];
    for (const script of document.querySelectorAll(STATE)) {
      if (script.dataset.src) await loadScript(script.dataset.src);
      states.push(script.dataset.src ? globalThis.refimplWidgets.state : JSON.parse(script.textContent).state);
    }
    saved = Object.assign({}, ...states);
  }
  const models = new Map();
  const manager = { get_model: async (id) => getModel(id.replace("IPY_MODEL_", "")) };

  // The model and its module, which is told once that the model is there.
  async function getModel(id) {
    if (!models.has(id)) {
      const model = new Model(withBuffers(saved[id]), manager);
      models.set(id, model);
      model.ready = load(model.get("_esm")).then(async (widget) => {
        await widget.initialize?.({ model, experimental: { invoke } });
        return widget;
      });
    }
    return models.get(id);
  }

  function invoke() {
    return Promise.reject(new Error("This page has no kernel to ask."));
  }

  async function show(script) {
    const { model_id: id } = JSON.parse(script.textContent);
    if (saved[id]?.model_module !== "anywidget") return; // the build has warned about it
    const el = document.createElement("div");
    el.className = ["anywidget", ...(saved[id].state._dom_classes ?? [])].join(" ");
    script.after(el);
    const model = await getModel(id);
    addStyle(model.get("_css"));
    const widget = await model.ready;
    await widget.render?.({ model, el, experimental: { invoke } });
    el.dataset.shown = "yes";
  }

  const views = [...document.querySelectorAll(VIEW)];
  let begun = false;
  async function showAll() {
    if (begun) return;
    begun = true;
    near.disconnect();
    await loadState();
    views.forEach(show);
  }

  const near = new IntersectionObserver(
    (entries) => { if (entries.some((one) => one.isIntersecting)) showAll(); },
    { rootMargin: NEAR },
  );
  // The script itself has no place on the page; what it stands in has.
  for (const script of views) near.observe(script.parentElement);
  if (document.querySelector(`${STATE}[data-src]`)) document.addEventListener(ALL, showAll);
  else showAll();
})();
