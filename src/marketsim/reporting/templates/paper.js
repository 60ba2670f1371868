"use strict";
(() => {
  const root = document.documentElement;
  const read = (id) => JSON.parse(document.getElementById(id).textContent);
  const words = read("words");
  const plots = read("plots");
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const variable = (name) => getComputedStyle(root).getPropertyValue(`--${name}`).trim();

  // Light and dark. Pages opened from a disk may have no storage, so nothing depends on it.
  const kept = {
    get: () => { try { return localStorage.getItem("marketsim-theme"); } catch { return null; } },
    set: (value) => { try { localStorage.setItem("marketsim-theme", value); } catch { /* it lasts as long as the page */ } },
  };
  const darkSystem = matchMedia("(prefers-color-scheme: dark)");
  const isDark = () => (root.dataset.theme ? root.dataset.theme === "dark" : darkSystem.matches);
  const themeButton = document.getElementById("theme");
  const nameTheme = () => { themeButton.textContent = isDark() ? words.light : words.dark; };
  const themeChanged = () => { nameTheme(); drawnFigures.forEach(draw); };
  if (["light", "dark"].includes(kept.get())) root.dataset.theme = kept.get();
  themeButton.hidden = false;
  themeButton.addEventListener("click", () => {
    root.dataset.theme = isDark() ? "light" : "dark";
    kept.set(root.dataset.theme);
    themeChanged();
  });
  darkSystem.addEventListener("change", themeChanged);

  // Contents: folded on narrow screens; the section that is read is marked.
  const contents = document.querySelector("nav details");
  const narrow = matchMedia("(max-width: 63.99rem)");
  const fold = () => { contents.open = !narrow.matches; };
  fold();
  narrow.addEventListener("change", fold);
  contents.addEventListener("click", (event) => { if (narrow.matches && event.target.closest("a")) contents.open = false; });
  const links = new Map(all("nav a").map((link) => [link.getAttribute("href").slice(1), link]));
  const places = [...links.keys()].map((id) => document.getElementById(id)).filter(Boolean);
  let marked = null;
  const markPlace = () => {
    const above = places.filter((place) => place.getBoundingClientRect().top < innerHeight * 0.3);
    const link = above.length ? links.get(above[above.length - 1].id) : null;
    if (link === marked) return;
    marked?.removeAttribute("aria-current");
    link?.setAttribute("aria-current", "true");
    marked = link;
  };
  let waiting = false;
  addEventListener("scroll", () => {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => { waiting = false; markPlace(); });
  }, { passive: true });
  markPlace();

  // Tables: a hint where one is wider than its box, and heads that sort.
  const measure = new ResizeObserver((entries) => entries.forEach(({ target }) => {
    const over = target.scrollWidth > target.clientWidth + 1;
    target.parentElement.classList.toggle("overflows", over);
    const hint = target.parentElement.querySelector(".hint");
    if (hint) hint.hidden = !over;
  }));
  all(".table .scroll").forEach((box) => measure.observe(box));

  const order = new Intl.Collator(root.lang, { numeric: true }).compare;
  const textOf = (cell) => cell.textContent.trim();
  const compare = (column, sign) => (first, second) => {
    const [one, other] = [first.cells[column], second.cells[column]];
    const [left, right] = [one.dataset.value, other.dataset.value];
    if (left !== undefined && right !== undefined) return sign * (Number(left) - Number(right));
    if (left !== undefined || right !== undefined) return left === undefined ? 1 : -1;
    return sign * order(textOf(one), textOf(other));
  };
  const NEXT = { none: "ascending", ascending: "descending", descending: "none" };
  const sortable = (table) => {
    const body = table.tBodies[0];
    const rows = [...body.rows];
    const heads = [...table.tHead.rows[0].cells];
    heads.forEach((head, column) => {
      if (!textOf(head)) return;
      const button = document.createElement("button");
      button.type = "button";
      button.append(...head.childNodes);
      head.append(button);
      head.setAttribute("aria-sort", "none");
      button.addEventListener("click", () => {
        const next = NEXT[head.getAttribute("aria-sort")];
        heads.forEach((other) => { if (other.hasAttribute("aria-sort")) other.setAttribute("aria-sort", "none"); });
        head.setAttribute("aria-sort", next);
        const sign = next === "descending" ? -1 : 1;
        body.append(...(next === "none" ? rows : [...rows].sort(compare(column, sign))));
      });
    });
  };
  all("table[data-sortable]").forEach(sortable);

  // Colours of charts: those of the paper, moved until they can be seen on the card.
  const channels = (text) => {
    const hex = /^#([0-9a-f]{6})$/i.exec(text);
    if (hex) return [0, 2, 4].map((start) => parseInt(hex[1].slice(start, start + 2), 16));
    const parts = /^rgba?\((\d+), (\d+), (\d+)(?:, ([\d.]+))?\)$/.exec(text);
    return parts ? parts.slice(1, 4).map(Number) : null;
  };
  const luminance = (rgb) => {
    const [r, g, b] = rgb.map((c) => c / 255).map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const contrast = (a, b) => {
    const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y);
    return (high + 0.05) / (low + 0.05);
  };
  const INK = "{{ ink }}";
  const seen = (text, card) => {
    if (text === INK) return variable("ink");
    const rgb = channels(text);
    if (!rgb) return text;
    const opacity = /^rgba/.test(text) ? text.slice(text.lastIndexOf(",") + 1, -1).trim() : null;
    let shown = rgb;
    for (let step = 0; step <= 20 && luminance(card) < 0.2 && contrast(shown, card) < 4; step += 1) {
      shown = rgb.map((c) => Math.round(c + (255 - c) * (step / 20)));
    }
    return opacity ? `rgba(${shown.join(", ")}, ${opacity})` : `rgb(${shown.join(", ")})`;
  };
  const recoloured = (value, card, name = "") => {
    if (name === "colorscale" || name === "customdata" || name === "text" || name === "label") return value;
    if (typeof value === "string") return seen(value, card);
    if (Array.isArray(value)) return value.map((entry) => recoloured(entry, card));
    if (value === null || typeof value !== "object") return value;
    return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, recoloured(entry, card, key)]));
  };

  // Interactive charts: plotly.js is unpacked when the first of them comes near, each is drawn when it does.
  let engine = null;
  const unpack = async () => {
    const packed = Uint8Array.from(atob(document.getElementById("engine").textContent), (c) => c.charCodeAt(0));
    const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
    const script = document.createElement("script");
    script.textContent = await new Response(stream).text();
    document.head.append(script);
    if (!window.Plotly) throw new Error("plotly.js did not start");
    return window.Plotly;
  };
  const template = () => {
    const axis = {
      gridcolor: variable("line"), linecolor: variable("strong-line"), zerolinecolor: variable("strong-line"),
      tickcolor: variable("line"), tickfont: { size: 11.5 },
    };
    return { layout: {
      font: { family: getComputedStyle(document.body).fontFamily, size: 12, color: variable("ink") },
      paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)", xaxis: axis, yaxis: axis,
      hoverlabel: { bgcolor: variable("card"), bordercolor: variable("strong-line"), font: { color: variable("ink") }, align: "left" },
      legend: { orientation: "h", x: 0, xanchor: "left", y: 1.02, yanchor: "bottom", bgcolor: "rgba(0,0,0,0)" },
      modebar: { bgcolor: "rgba(0,0,0,0)", color: variable("quiet"), activecolor: variable("accent") },
      margin: { l: 14, r: 18, t: 14, b: 14 },
    } };
  };
  const coarse = matchMedia("(pointer: coarse)");
  const language = root.lang;
  const settings = (plot) => ({
    displaylogo: false, responsive: true, showTips: false, locale: language,
    showSendToCloud: false, plotlyServerURL: "", // plotly.js would offer to upload a chart
    displayModeBar: plot.data.some((trace) => trace.type === "sankey") || coarse.matches ? false : "hover",
    modeBarButtonsToRemove: ["toImage", "zoomIn2d", "zoomOut2d", "autoScale2d", "select2d", "lasso2d"],
    locales: { [language]: { dictionary: { Zoom: words.zoom, Pan: words.pan, "Reset axes": words.reset }, format: {} } },
  });
  // What stands over the plot grows with the words in it and shrinks with the width.
  const legendHeight = (plot, width) => {
    const entries = [...plot.data.filter((trace) => trace.showlegend), ...(plot.layout.shapes || [])];
    if (plot.layout.showlegend === false || !entries.length) return 0;
    const lines = entries.reduce((sum, entry) => sum + 50 + 7 * [...(entry.name || "")].length, 0) / Math.max(width - 40, 120);
    return 22 * Math.ceil(lines);
  };
  const fitted = (plot, width) => {
    const card = channels(variable("card")) || [255, 255, 255];
    const data = plot.data.map((trace) => recoloured(trace, card));
    if (width < 480) data.forEach((trace) => { if (trace.texttemplate) trace.showscale = false; });
    const layout = { ...recoloured(plot.layout, card), template: template(), dragmode: coarse.matches ? false : "zoom" };
    layout.height = plot.layout.height + legendHeight(plot, width);
    return [data, layout];
  };
  const drawnFigures = new Set();
  const draw = (figure) => Promise.all(all(".plot", figure).map((place, index) => {
    const plot = plots[figure.id][index];
    const width = place.clientWidth;
    return window.Plotly.react(place, ...fitted(plot, width), settings(plot));
  }));

  const show = (figure, interactive) => {
    figure.dataset.shown = interactive ? "interactive" : "picture";
    figure.querySelector(".interactive").hidden = !interactive;
    figure.querySelector(".picture").hidden = interactive;
    figure.querySelector(".toggle").textContent = interactive ? words.picture : words.interactive;
  };
  const broken = (figure) => {
    show(figure, false);
    const button = figure.querySelector(".toggle");
    const said = document.createElement("span");
    said.textContent = words.broken;
    button.replaceWith(said);
  };
  const start = async (figure) => {
    if (drawnFigures.has(figure)) return;
    drawnFigures.add(figure);
    try {
      engine ??= unpack();
      await engine;
      show(figure, true);
      await draw(figure);
      figure.dataset.drawn = "";
    } catch (error) {
      drawnFigures.delete(figure);
      broken(figure);
    }
  };
  const figures = Object.keys(plots).map((id) => document.getElementById(id));
  const near = new IntersectionObserver((entries) => entries.filter((entry) => entry.isIntersecting).forEach(({ target }) => {
    near.unobserve(target);
    start(target);
  }), { rootMargin: "600px 0px" });
  figures.forEach((figure) => {
    const button = figure.querySelector(".toggle");
    button.hidden = false;
    button.textContent = words.interactive;
    button.addEventListener("click", () => {
      if (drawnFigures.has(figure)) show(figure, figure.dataset.shown !== "interactive");
      else start(figure);
    });
    near.observe(figure);
  });
  nameTheme();

  // On paper everything is open.
  let opened = [];
  addEventListener("beforeprint", () => {
    opened = all("details:not([open])");
    opened.forEach((entry) => { entry.open = true; });
  });
  addEventListener("afterprint", () => { opened.forEach((entry) => { entry.open = false; }); });
})();
