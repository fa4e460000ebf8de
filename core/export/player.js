/* SPDX-License-Identifier: GPL-3.0-or-later
 * The player of a recording. The data is that of html.c: rows of the machine at the beginning, and for each event the rows
 * that it changed. A moment is a number from 0, the beginning, to the number of events.
 *
 * P1  Nothing of the recording becomes markup: only textContent and attributes are set.
 * P2  A moment's rows are those of the key frame before it and the changes since; key frames are made on the way.
 * P3  Only what is seen of the list of events is in the document. */
(function () {
'use strict';

const data = JSON.parse(document.getElementById('recording').textContent);
const $ = (id) => document.getElementById(id);
const KEY_FRAME = 256, SVG = 'http://www.w3.org/2000/svg';
const SPEEDS = [[2000, 1, '1 in 2 s'], [1000, 1, '1/s'], [500, 1, '2/s'], [250, 1, '4/s'], [125, 1, '8/s'], [62, 1, '16/s'], [33, 1, '30/s'], [33, 4, '120/s'], [33, 32, '1000/s']];

function make(tag, className, text) {
  const e = document.createElement(tag);
  if (className) e.className = className;
  if (text !== undefined) e.textContent = text;
  return e;
}

/* ---- a machine in time ---- */

class Machine {
  constructor(d) {
    this.d = d;
    this.total = d.events.length;
    this.rows = new Map();
    this.at = 0;
    this.starts = [];           /* events before each call */
    let n = 0;
    for (const c of d.calls) { this.starts.push(n); n += c[1]; }
    this.apply(d.rows);
    this.frames = [new Map(this.rows)];
    this.lines = [];            /* of the list: [call, event from 0 or -1 for the call itself] are worked out from starts */
  }
  apply(delta) {
    for (let i = 0; i < delta.length; i += 2) this.rows.set(this.d.texts[delta[i]], delta[i + 1]);
  }
  seek(to) {
    const frame = Math.min(Math.floor(to / KEY_FRAME), this.frames.length - 1);
    if (to < this.at || this.at < frame * KEY_FRAME) {
      this.rows = new Map(this.frames[frame]);
      this.at = frame * KEY_FRAME;
    }
    while (this.at < to) {
      this.apply(this.d.events[this.at++][7]);
      if (this.at % KEY_FRAME === 0 && this.frames.length === this.at / KEY_FRAME) this.frames.push(new Map(this.rows));
    }
  }
  /* The call that a moment belongs to, and its event in it: [index, event from 1]; event 0 is before the first call. */
  place(at) {
    let low = 0, high = this.starts.length - 1;
    if (high < 0) return [-1, 0];
    while (low < high) {
      const mid = (low + high + 1) >> 1;
      if (this.starts[mid] < at) low = mid; else high = mid - 1;
    }
    return [low, at - this.starts[low]];
  }
  event(at) { return at > 0 ? this.d.events[at - 1] : null; }
  text(e) { return this.d.texts[e[1]]; }
  kind(e) { return this.d.kinds[e[0]]; }
  /* Functions entered and not left, outermost first. */
  stack(at) {
    const [call, n] = this.place(at), frames = [];
    if (call < 0) return frames;
    for (let i = this.starts[call]; i < this.starts[call] + n; i++) {
      const e = this.d.events[i];
      frames.length = Math.min(frames.length, e[3]);
      if (this.kind(e)[0] === 'call') frames[e[3]] = this.d.texts[e[2]];
    }
    return frames.filter((f) => f !== undefined);
  }
}

const machines = data.machines.map((d) => new Machine(d));
let which = 0, side = false, machine = machines[0], at = 0, timer = 0, speed = 3, chosen = '', shownCache = '', found = '';

/* ---- objects ---- */

const shapes = { u: ['rect', { x: 3, y: 3, width: 14, height: 14, rx: 2.5, fill: 'currentColor' }], f: ['circle', { cx: 10, cy: 10, r: 6, fill: 'none', stroke: 'currentColor', 'stroke-width': 1.8 }], k: ['circle', { cx: 10, cy: 10, r: 6, fill: 'none', stroke: 'currentColor', 'stroke-width': 1.8 }], n: ['path', { d: 'M4 3l13 7-13 7z', fill: 'currentColor' }] };

function svg(tag, attributes) {
  const e = document.createElementNS(SVG, tag);
  for (const name in attributes) e.setAttribute(name, attributes[name]);
  return e;
}

function sign(letter, touched) {
  const s = svg('svg', { viewBox: '0 0 20 20', class: 'o ' + letter + (touched ? ' t' : '') });
  s.append(svg(...shapes[letter]));
  if (letter === 'k') s.append(svg('path', { d: 'M10 4a6 6 0 0 0 0 12z', fill: 'currentColor' }));
  if (touched) s.append(svg('rect', { class: 'ring', x: 0.5, y: 0.5, width: 19, height: 19, rx: 4, fill: 'none', 'stroke-width': 2.4 }));
  return s;
}

/* "u3f10" as letters. */
function states(runs) {
  let out = '';
  for (const [, letter, n] of runs.matchAll(/([ufk])(\d+)/g)) out += letter.repeat(+n);
  return out.split('');
}

function firstOf(chain) { return chain ? parseInt(chain, 10) : -1; }

const DENSE = 256;              /* objects of a slab from which on a sign stands for several */

function cells(letters, touched) {
  const box = make('span', 'cells');
  if (letters.length <= DENSE) {
    letters.forEach((l, i) => box.append(sign(l, i === touched)));
    return box;
  }
  const each = Math.ceil(letters.length / 128);
  for (let i = 0; i < letters.length; i += each) {
    const part = letters.slice(i, i + each), used = part.filter((l) => l === 'u').length;
    const s = svg('svg', { viewBox: '0 0 10 20', class: 'o dense u' + (touched >= i && touched < i + each ? ' t' : '') });
    s.append(svg('rect', { x: 1, y: 3, width: 8, height: 14, rx: 1.5, fill: 'currentColor', 'fill-opacity': 0.12 + 0.88 * used / part.length }));
    if (touched >= i && touched < i + each) s.append(svg('rect', { class: 'ring', x: 0, y: 1, width: 10, height: 18, rx: 2, fill: 'none', 'stroke-width': 2 }));
    box.append(s);
  }
  return box;
}

/* ---- a cache ---- */

function touchedOf(m, e) {
  if (!e || !e[5]) return { cache: '', slab: 0, object: -1, pfn: 0, pages: 0, order: -1 };
  const [cache, slab, object, pfn, pages, order] = e[5];
  return { cache: cache < 0 ? '' : m.d.texts[cache], slab, object, pfn, pages, order };
}

function cacheNames(m) { return m.rows.get('caches') || []; }

/* The cache that is shown: the one that was chosen, else the one that the events spoke of last: one that the script made, or
 * another when the call is about it (kmalloc), not when the allocator uses it for itself. */
function cacheOf(m) {
  const names = cacheNames(m), own = names.filter((n) => m.rows.get('c:' + n) && m.rows.get('c:' + n)[4]);
  if (chosen && names.includes(chosen)) return chosen;
  for (let i = m.at; i > 0 && i > m.at - 3000; i--) {
    const e = m.event(i), name = touchedOf(m, e).cache;
    if (name && names.includes(name) && (own.includes(name) || e[3] <= 2)) return name;
  }
  return own.length ? own[own.length - 1] : names[0] || '';
}

function drawSlab(m, name, seq, lane, repeated, now, nexts) {
  const row = m.rows.get('s:' + name + '#' + seq);
  if (!row) return null;
  const [pfn, order, inuse, objects, runs, chain, flags] = row, here = now.cache === name && now.slab === seq;
  const letters = states(runs), line = make('div', 'slab' + (here ? ' here' : '')), next = firstOf(chain);
  letters.forEach((l, i) => { if (i === next || (l === 'k' && nexts.has(name + '#' + seq + '.' + i))) letters[i] = 'n'; });
  line.setAttribute('role', 'img');
  line.setAttribute('aria-label', (lane || 'slab') + ' #' + seq + ': ' + inuse + ' of ' + objects + ' objects in use, pfn ' + pfn + ', order ' + order);
  line.title = '#' + seq + ': pfn ' + pfn + ', order ' + order + (chain ? ', freelist ' + chain : '');
  line.append(make('span', 'lane', repeated ? '' : lane), make('span', 'seq', '#' + seq));
  const box = cells(letters, here ? now.object : -1);
  box.append(make('span', 'count', inuse + '/' + objects + (flags & 1 ? ' frozen' : '')));
  if (flags & 2) box.append(make('span', 'bad count', 'damaged'));
  line.append(box);
  return line;
}

function drawHolder(h) {
  const [label, avail, limit, flags, ...next] = h, line = make('div', 'holder'), box = make('span', 'cells');
  const room = Math.min(limit, 24), full = Math.min(avail, room);
  line.setAttribute('role', 'img');
  line.setAttribute('aria-label', label + ': ' + avail + ' of ' + limit + (next.length ? ', next ' + next[0] : ''));
  line.append(make('span', 'lane', label), make('span', 'seq', ''));
  for (let i = 0; i < room; i++) box.append(sign(i >= full ? 'f' : i === full - 1 ? 'n' : 'k', false));
  box.append(make('span', 'count', avail + ' of ' + limit + (next.length ? '  next ' + next[0] : '')));
  line.append(box);
  return line;
}

function drawCache(m, name, body, figures) {
  const row = m.rows.get('c:' + name), now = touchedOf(m, m.event(m.at)), holders = m.rows.get('h:' + name) || [];
  const nexts = new Set(holders.filter((h) => h[3] & 2 && h.length > 4).map((h) => h[4])), lines = [];
  if (!name || !row) {
    body.replaceChildren(make('p', 'empty', 'This cache does not exist at this moment.'));
    return;
  }
  figures.textContent = row[0] + ' bytes in ' + row[1] + ' · ' + row[2] + ' in a slab of ' + (1 << row[3]) + (row[3] ? ' pages' : ' page');
  for (const h of holders) if (!(h[3] & 1) && (h[1] || holders.length <= 8)) lines.push(drawHolder(h));
  const slabs = row[6];
  for (let i = 0; i < slabs.length; i += 2) {
    const line = drawSlab(m, name, slabs[i], slabs[i + 1], i > 0 && slabs[i - 1] === slabs[i + 1], now, nexts);
    if (line) lines.push(line);
  }
  if (!slabs.length) lines.push(make('p', 'empty', 'No slab yet: pages are taken when an object is asked for.'));
  if (row[5] > slabs.length / 2) lines.push(make('p', 'empty', 'and ' + (row[5] - slabs.length / 2) + ' more slabs'));
  body.replaceChildren(...lines);
  const here = body.querySelector('.here');
  if (here) keepVisible(body, here);
}

function keepVisible(box, child) {
  if (box.scrollHeight <= box.clientHeight) return;
  const top = child.offsetTop - box.offsetTop, bottom = top + child.offsetHeight;
  if (top < box.scrollTop) box.scrollTop = top;
  else if (bottom > box.scrollTop + box.clientHeight) box.scrollTop = bottom - box.clientHeight;
}

function fillChoice(m) {
  const names = cacheNames(m), box = $('cache-choice'), key = which + '|' + names.join('|');
  if (box.dataset.key !== key) {
    box.dataset.key = key;
    box.replaceChildren();
    const follow = make('option', '', 'as events go');
    follow.value = '';
    box.append(follow);
    for (const n of names) { const o = make('option', '', n); o.value = n; box.append(o); }
  }
  box.options[0].textContent = chosen ? 'as events go' : shownCache || '–';
  box.value = names.includes(chosen) ? chosen : '';
}

/* ---- pages ---- */

const palette = (name) => getComputedStyle(document.documentElement).getPropertyValue('--' + name).trim();
const SHADE = { a: 0.10, b: 0.32, c: 0.55, d: 0.78, e: 1 };

function paintMap(canvas, z, now) {
  const width = canvas.clientWidth, height = canvas.clientHeight, ratio = window.devicePixelRatio || 1, pen = canvas.getContext('2d');
  if (!width) return;
  canvas.width = width * ratio; canvas.height = height * ratio;
  pen.scale(ratio, ratio);
  let count = 0;
  for (const [, , n] of z[9].matchAll(/([a-e])(\d+)/g)) count += +n;
  const step = width / count, used = palette('used'), hot = palette('touched');
  let i = 0;
  for (const [, level, n] of z[9].matchAll(/([a-e])(\d+)/g))
    for (let k = 0; k < +n; k++, i++) {
      const from = z[6] + Math.floor(z[7] * i / count), to = z[6] + Math.floor(z[7] * (i + 1) / count);
      const here = now.pages && now.pfn < to && now.pfn + now.pages > from;
      pen.globalAlpha = here ? 1 : SHADE[level];
      pen.fillStyle = here ? hot : used;
      pen.fillRect(i * step, here ? 0 : 2, Math.max(step - 1, 1), here ? height : height - 4);
    }
}

function drawPages(m) {
  const table = make('table', 'zone'), head = make('tr'), now = touchedOf(m, m.event(m.at)), maps = [];
  const zones = [];
  for (let i = 0; m.rows.has('z:' + i); i++) zones.push(m.rows.get('z:' + i));
  const nodes = zones.some((z) => z[0] > 0);
  head.append(make('th', '', 'zone'), make('th', '', 'free'), ...zones[0][8].map((_, o) => make('th', '', o)));
  table.append(head);
  for (const z of zones) {
    const line = make('tr'), here = now.pages && now.pfn >= z[6] && now.pfn < z[6] + z[7];
    line.append(make('td', '', (nodes ? z[0] + ' ' : '') + z[1]), make('td', '', z[2]));
    z[8].forEach((n, o) => line.append(make('td', here && now.order === o ? 'hot' : n ? '' : 'none', n)));
    const mapLine = make('tr'), mapCell = make('td', 'map'), canvas = make('canvas'), marks = make('tr'), mark = make('td', 'marks', 'min ' + z[3] + '  low ' + z[4] + '  high ' + z[5]);
    mapCell.colSpan = mark.colSpan = z[8].length + 2;
    canvas.setAttribute('role', 'img');
    canvas.setAttribute('aria-label', 'zone ' + z[1] + ': ' + z[2] + ' of ' + z[7] + ' pages free');
    mapCell.append(canvas); mapLine.append(mapCell); marks.append(mark);
    table.append(line, mapLine, marks);
    maps.push([canvas, z]);
  }
  const top = $('pages-body').scrollTop;
  $('pages-body').replaceChildren(table);
  $('pages-body').scrollTop = top;
  for (const [canvas, z] of maps) paintMap(canvas, z, now);
}

/* ---- words, stack, changes ---- */

function drawNow(m) {
  const [call, n] = m.place(at), e = m.event(at), c = m.d.calls[call];
  $('call').replaceChildren();
  if (!c) {
    $('what').textContent = 'Nothing was called.';
    return;
  }
  $('call').append(make('span', '', c[3]), make('small', '', (c[6] > 1 ? c[5] + ' of ' + c[6] + ' · ' : '') + 'cpu ' + (e ? e[4] & 63 : c[2]) + (e && e[4] & 64 ? ' · interrupts off' : '')));
  const end = n === c[1] && c[4];
  $('what').textContent = !n ? 'Before the first call.' : end ? c[4] : m.text(e);
  $('why').textContent = !n ? 'Press → for its first event, or Space to play.' : end && m.kind(e)[0] === 'ret' ? '' : m.kind(e)[4];
}

function drawStack(m) {
  const e = m.event(at), rows = [];
  $('frames').replaceChildren(...m.stack(at).map((f, i) => { const li = make('li', '', f); li.style.paddingLeft = i * 0.7 + 'em'; return li; }));
  const list = e ? e[6] : [0], links = list[list.length - 1];
  for (let i = 0; i + 2 < list.length; i += 3) {
    const tr = make('tr');
    tr.append(make('td', '', m.d.texts[list[i]]), make('td', 'from', m.d.texts[list[i + 1]] + ' →'), make('td', 'to', m.d.texts[list[i + 2]]));
    rows.push(tr);
  }
  if (links) { const tr = make('tr'), td = make('td', 'more', links + ' list pointer' + (links > 1 ? 's' : '') + ' moved'); td.colSpan = 3; tr.append(td); rows.push(tr); }
  if (!rows.length) { const tr = make('tr'); tr.append(make('td', 'more', 'nothing')); rows.push(tr); }
  $('changes').replaceChildren(...rows);
}

/* ---- the list of events: a line for each call, then one for each event ---- */

function rowHeight() { return 1.7 * parseFloat(getComputedStyle(document.documentElement).fontSize); }
function lineOfMoment(m, moment) { const [call, n] = m.place(moment); return call < 0 ? 0 : m.starts[call] + call + n; }
function momentOfLine(m, line) {
  let low = 0, high = m.starts.length - 1;
  while (low < high) { const mid = (low + high + 1) >> 1; if (m.starts[mid] + mid <= line) low = mid; else high = mid - 1; }
  return [low, line - m.starts[low] - low];
}

function drawRow(m, line, height, current) {
  const [call, n] = momentOfLine(m, line), c = m.d.calls[call], row = make('div', 'row');
  row.style.top = line * height + 'px';
  row.id = 'row-' + line;
  row.setAttribute('role', 'option');
  row.setAttribute('aria-selected', String(line === current));
  row.setAttribute('aria-setsize', m.total + m.starts.length);
  row.setAttribute('aria-posinset', line + 1);
  if (!n) {
    row.classList.add('call');
    row.append(make('span', 'no', '▾ ' + c[0]), document.createTextNode(c[3] + (c[6] > 1 ? '  ' + c[5] + ' of ' + c[6] : '')));
  } else {
    const e = m.d.events[m.starts[call] + n - 1], kind = m.kind(e), letter = make('span', 'letter g-' + kind[2], kind[1]);
    if (kind[3] === 2) row.classList.add('strong');
    if (kind[2] === 'LOCK') row.classList.add('weak');
    const text = make('span', '', m.text(e));
    text.style.paddingLeft = Math.min(e[3], 12) * 0.55 + 'em';
    row.append(make('span', 'no', n), letter, text);
  }
  row.dataset.moment = m.starts[call] + n;
  return row;
}

function drawList(m, follow) {
  const list = $('list'), height = rowHeight(), lines = m.total + m.starts.length, current = lineOfMoment(m, at);
  $('spacer').style.height = lines * height + 'px';
  if (follow) {
    const top = current * height, margin = Math.min(2 * height, list.clientHeight / 4);
    if (top < list.scrollTop + margin) list.scrollTop = Math.max(top - margin, 0);
    else if (top + height > list.scrollTop + list.clientHeight - margin) list.scrollTop = top + height - list.clientHeight + margin;
  }
  const first = Math.max(Math.floor(list.scrollTop / height) - 4, 0), last = Math.min(Math.ceil((list.scrollTop + list.clientHeight) / height) + 4, lines);
  const rows = [];
  for (let i = first; i < last; i++) rows.push(drawRow(m, i, height, current));
  $('spacer').replaceChildren(...rows);
  list.setAttribute('aria-activedescendant', 'row-' + current);
}

/* ---- side by side ---- */

/* The moment of another machine that answers to this one's: the same call, at its end or a like event. */
function alike(from, moment, to) {
  const [call, n] = from.place(moment);
  if (call < 0 || !n) return 0;
  const mine = from.d.calls[call][1], theirs = to.d.calls[call][1];
  return to.starts[call] + (n === mine ? theirs : Math.min(n, Math.max(theirs - 1, 0)));
}

function drawSide() {
  $('lab').replaceChildren(...machines.map((m, i) => {
    const pane = make('div', 'pane'), title = make('h3'), figures = make('small'), body = make('div'), moment = i === which ? at : alike(machine, at, m);
    m.seek(moment);
    const name = cacheOf(m), e = m.event(moment), [call, n] = m.place(moment), c = m.d.calls[call];
    title.append(make('b', '', m.d.engine), make('span', '', name), figures);
    pane.append(title, make('p', 'say', !e ? 'Before the first call.' : n === c[1] ? c[4] || m.text(e) : m.text(e)), body);
    drawCache(m, name, body, figures);
    return pane;
  }));
}

/* ---- everything ---- */

function draw() {
  const [call, n] = machine.place(at), c = machine.d.calls[call];
  machine.seek(at);
  document.title = 'slablab: ' + (c ? c[3] : 'a recording');
  $('where').textContent = machine.d.engine + ' · call ' + (c ? c[0] : 0) + ' of ' + (machine.d.calls.length ? machine.d.calls[machine.d.calls.length - 1][0] : 0) + ' · event ' + n + ' of ' + (c ? c[1] : 0);
  $('where').title = machine.d.machine;
  $('scrub').max = machine.total;
  $('scrub').value = at;
  $('scrub').setAttribute('aria-valuetext', 'call ' + (c ? c[0] : 0) + ', event ' + n + (machine.event(at) ? ': ' + machine.text(machine.event(at)) : ''));
  $('what').setAttribute('aria-live', timer ? 'off' : 'polite');
  drawNow(machine);
  if (side) { $('what').textContent = $('why').textContent = ''; drawSide(); return; }
  if (cacheNames(machine).length) {
    shownCache = cacheOf(machine);
    fillChoice(machine);
    drawCache(machine, shownCache, $('cache-body'), $('cache-figures'));
  }
  drawPages(machine);
  drawStack(machine);
  drawList(machine, true);
}

function drawTicks() {
  const canvas = $('ticks'), ratio = window.devicePixelRatio || 1, width = canvas.clientWidth, height = canvas.clientHeight, pen = canvas.getContext('2d');
  const thumb = 0.55 * parseFloat(getComputedStyle(document.documentElement).fontSize), room = width - 2 * thumb;
  canvas.width = width * ratio; canvas.height = height * ratio;
  pen.scale(ratio, ratio);
  pen.fillStyle = palette('line');
  pen.fillRect(thumb, height / 2 - 2, room, 4);
  if (machine.starts.length > room / 4) return;
  pen.fillStyle = palette('dim');
  for (let i = 0; i < machine.starts.length; i++) {
    const end = machine.starts[i] + machine.d.calls[i][1];
    pen.fillRect(thumb + room * end / (machine.total || 1) - 0.5, height / 2 - 6, 1, 12);
  }
}

function go(to) {
  at = Math.max(0, Math.min(machine.total, to));
  draw();
}

function show(i) {
  const moment = alike(machine, at, machines[i]);
  which = i;
  machine = machines[i];
  at = moment;
  layout();
}

function layout() {
  $('main').classList.toggle('side', side);
  $('main').classList.toggle('pages-only', !side && !cacheNames(machine).length);
  for (const id of ['cache', 'pages', 'stack', 'events']) $(id).hidden = side || (id === 'cache' && !cacheNames(machine).length);
  $('lab').hidden = !side;
  for (const tab of $('engines').children) tab.setAttribute('aria-selected', String(side ? tab.dataset.side === '1' : +tab.dataset.machine === which));
  draw();
  drawTicks();
}

/* ---- moving ---- */

function callOn() { const [call, n] = machine.place(at); if (call >= 0) go(n < machine.d.calls[call][1] ? machine.starts[call] + machine.d.calls[call][1] : at + (machine.d.calls[call + 1] || [0, 0])[1]); }
function callBack() { const [call] = machine.place(at); if (call >= 0) go(machine.starts[call]); }

function pause() {
  clearInterval(timer);
  timer = 0;
  $('play').textContent = '▶';
  $('play').setAttribute('aria-label', 'Play');
}

function play() {
  if (timer) { pause(); draw(); return; }
  if (at === machine.total) at = 0;
  timer = setInterval(() => {
    go(at + SPEEDS[speed][1]);
    if (at === machine.total) pause();
  }, SPEEDS[speed][0]);
  $('play').textContent = '❚❚';
  $('play').setAttribute('aria-label', 'Pause');
}

function faster(by) {
  speed = Math.max(0, Math.min(SPEEDS.length - 1, speed + by));
  $('speed').value = speed;
  if (timer) { pause(); play(); }
}

function find(direction) {
  const words = found.toLowerCase();
  if (!words) return;
  for (let i = 1; i <= machine.total; i++) {
    const moment = ((at - 1 + direction * i) % machine.total + machine.total) % machine.total + 1;
    const e = machine.event(moment);
    if ((machine.text(e) + ' ' + machine.kind(e)[0] + ' ' + machine.d.texts[e[2]]).toLowerCase().includes(words)) { go(moment); return; }
  }
}

function theme() { document.documentElement.classList.toggle('dark'); draw(); drawTicks(); }
function nextEngine() { if (machines.length > 1) { side = false; show((which + 1) % machines.length); } }
function toggleSide() { if (machines.length > 1) { side = !side; layout(); } }

/* One row gives a key its meaning and its line in the list of keys. */
const keys = [
  [['ArrowRight', 'l'], '→ l', 'one event on', () => go(at + 1)], [['ArrowLeft', 'h'], '← h', 'one event back', () => go(at - 1)],
  [[']'], ']', 'to the end of the call', callOn], [['['], '[', 'back to before the call', callBack],
  [[' '], 'Space', 'play and pause', play], [['+', '='], '+', 'faster', () => faster(1)], [['-'], '-', 'slower', () => faster(-1)],
  [['Home'], 'Home', 'to the beginning', () => go(0)], [['End'], 'End', 'to the end', () => go(machine.total)],
  [['e'], 'e', 'the next allocator, where there are several', nextEngine], [['s'], 's', 'all of them side by side', toggleSide],
  [['f'], 'f', 'the cache that the events speak of, again', () => { chosen = ''; draw(); }],
  [['/'], '/', 'find an event', () => $('find').focus()], [['n'], 'n', 'find the next', () => find(1)], [['N'], 'N', 'find the one before', () => find(-1)],
  [['d'], 'd', 'light or dark', theme], [['?', 'F1'], '?', 'this list', () => $('help').showModal()],
];
const moves = new Set(['ArrowRight', 'ArrowLeft', 'l', 'h', '[', ']', 'Home', 'End']);

document.addEventListener('keydown', (event) => {
  const tag = event.target.tagName, own = tag === 'SELECT' || (tag === 'INPUT' && event.target.type !== 'range');
  if (event.ctrlKey || event.altKey || event.metaKey || $('help').open || own || (event.key === ' ' && tag === 'BUTTON')) return;
  const row = keys.find((k) => k[0].includes(event.key));
  if (!row) return;
  event.preventDefault();
  if (timer && moves.has(event.key)) pause();
  row[3]();
});

function click(id, act) { $(id).addEventListener('click', act); }
const still = (act) => () => { if (timer) pause(); act(); };
click('first', still(() => go(0)));
click('call-back', still(callBack));
click('back', still(() => go(at - 1)));
click('play', play);
click('on', still(() => go(at + 1)));
click('call-on', still(callOn));
click('last', still(() => go(machine.total)));
click('theme', theme);
click('help-open', () => $('help').showModal());
click('help-close', () => $('help').close());
$('scrub').addEventListener('input', still(() => go(+$('scrub').value)));
$('speed').addEventListener('change', () => faster(+$('speed').value - speed));
$('cache-choice').addEventListener('change', () => { chosen = $('cache-choice').value; draw(); });
$('list').addEventListener('scroll', () => drawList(machine, false));
$('list').addEventListener('click', (event) => { const row = event.target.closest('.row'); if (row) still(() => go(+row.dataset.moment))(); });
$('find').addEventListener('input', () => { found = $('find').value; });
$('find').addEventListener('keydown', (event) => {
  if (event.key === 'Enter') find(event.shiftKey ? -1 : 1);
  if (event.key === 'Escape') $('find').blur();
});
window.addEventListener('resize', () => { draw(); drawTicks(); });

/* ---- the beginning ---- */

SPEEDS.forEach((s, i) => { const o = make('option', '', s[2]); o.value = i; $('speed').append(o); });
$('speed').value = speed;
for (const k of keys) $('keys').append(make('dt', '', k[1]), make('dd', '', k[2]));
if (machines.length > 1) {
  machines.forEach((m, i) => {
    const tab = make('button', '', m.d.engine);
    tab.type = 'button'; tab.dataset.machine = i;
    tab.setAttribute('role', 'tab');
    tab.addEventListener('click', () => { side = false; show(i); });
    $('engines').append(tab);
  });
  const tab = make('button', '', 'side by side');
  tab.type = 'button'; tab.dataset.side = '1';
  tab.setAttribute('role', 'tab');
  tab.addEventListener('click', () => { side = true; layout(); });
  $('engines').append(tab);
}
/* #dark and #12.3 in the address: how it begins. */
const begin = decodeURIComponent(location.hash.slice(1)).split(',');
if (begin.includes('dark') || (!begin.includes('light') && matchMedia('(prefers-color-scheme: dark)').matches)) document.documentElement.classList.add('dark');
if (begin.includes('side') && machines.length > 1) side = true;
for (const word of begin) {
  const m = word.match(/^(\d+)(?:\.(\d+))?$/), call = m ? machine.d.calls.findIndex((c) => c[0] === +m[1]) : -1;
  if (call >= 0) at = machine.starts[call] + Math.min(m[2] === undefined ? machine.d.calls[call][1] : +m[2], machine.d.calls[call][1]);
}
layout();
}());
