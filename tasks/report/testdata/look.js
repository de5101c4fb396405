(() => {
  const rgb = s => s.match(/[\d.]+/g).map(Number);
  const light = ([r, g, b]) => {
    const f = x => (x /= 255) <= 0.03928 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4;
    return 0.2126 * f(r) + 0.7152 * f(g) + 0.0722 * f(b);
  };
  const ground = e => {
    for (; e; e = e.parentElement) {
      const c = rgb(getComputedStyle(e).backgroundColor);
      if (c.length === 3 || c[3] > 0) return c;
    }
    return [255, 255, 255];
  };
  const contrast = (a, b) => {
    const [x, y] = [light(a), light(b)].sort((p, q) => q - p);
    return (x + 0.05) / (y + 0.05);
  };
  const out = { width: document.documentElement.scrollWidth, dark: light(ground(document.body)) < 0.2,
    pictures: 0, empty: [], cut: [], covered: [], faint: [] };
  for (const svg of document.querySelectorAll("svg")) {
    const title = svg.querySelector("title").textContent, r = svg.getBoundingClientRect();
    if (r.width > 100 && r.height > 60) out.pictures++; else out.empty.push(title);
    for (const i of svg.querySelectorAll("image")) {
      const b = i.getBoundingClientRect();
      if (b.width < 40 || b.height < 40) out.empty.push(title + ": image");
    }
    if (!svg.closest("figure")) continue; // groups/draw has tests of its own
    const labels = [...svg.querySelectorAll("text")].map(e => [e.textContent, e.getBoundingClientRect(), e]);
    labels.forEach(([s, b, e], i) => {
      if (b.left < r.left - 1 || b.right > r.right + 1 || b.top < r.top - 1 || b.bottom > r.bottom + 1) out.cut.push(title + ": " + s);
      for (const [s2, b2] of labels.slice(i + 1)) {
        const x = Math.min(b.right, b2.right) - Math.max(b.left, b2.left);
        const y = Math.min(b.bottom, b2.bottom) - Math.max(b.top, b2.top);
        if (x > 1 && y > 3) out.covered.push(title + ": " + s + " / " + s2);
      }
      if (contrast(rgb(getComputedStyle(e).fill), ground(svg)) < 4.5) out.faint.push(title + ": " + s);
    });
  }
  for (const e of document.querySelectorAll("p, td, th, a, figcaption, h1, h2, h3, summary, pre")) {
    if (e.textContent.trim() && contrast(rgb(getComputedStyle(e).color), ground(e)) < 4.5) out.faint.push(e.textContent);
  }
  return out;
})()
