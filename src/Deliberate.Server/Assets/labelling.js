// The page to label on. What is judged is shown at once, kept in the browser until the server has it, and sent one judgement after the
// other, again and again where the server does not answer. Texts come as HTML that the server made of untrusted ones; formulas are set here.
'use strict';
(() => {
  const el = (tag, props = {}, ...children) => {
    const node = document.createElement(tag);
    for (const [key, value] of Object.entries(props)) {
      if (value === null || value === undefined || value === false) continue;
      if (key === 'on') for (const [name, handler] of Object.entries(value)) node.addEventListener(name, handler);
      else if (key === 'html') node.innerHTML = value;
      else if (key === 'class') node.className = value;
      else node.setAttribute(key, value === true ? '' : value);
    }
    node.append(...children.filter(c => c !== null && c !== undefined));
    return node;
  };

  // Formulas: a few milliseconds at a time, so that a page of thousands of them answers to keys. What is no formula, or grows beyond
  // measure, is shown as it was written.
  const waiting = [];
  let setting = false;
  const setFormulas = root => {
    if (!window.katex) return;
    waiting.push(...root.querySelectorAll('.tex:not([data-set])'));
    if (!setting) { setting = true; setTimeout(setSome, 0); }
  };
  const setSome = () => {
    const until = performance.now() + 12;
    while (waiting.length && performance.now() < until) {
      const node = waiting.shift();
      const source = node.textContent;
      node.dataset.set = 'true';
      try {
        // What KaTeX refuses it would leave out without a word of what stood in it.
        if (/\\(href|url|includegraphics|html(Class|Id|Style|Data))/.test(source)) throw new Error('refused');
        window.katex.render(source, node, { displayMode: node.dataset.displayed === 'true', throwOnError: true, trust: false, strict: 'ignore', maxExpand: 500, maxSize: 10, errorColor: 'inherit' });
      } catch {
        node.textContent = source;
        node.classList.add('as-written');
      }
    }
    if (waiting.length) setTimeout(setSome, 0); else setting = false;
  };
  setFormulas(document);

  const desk = document.getElementById('desk');
  if (!desk) return;
  const { project, token, api } = desk.dataset;
  const place = document.getElementById('place'), saved = document.getElementById('saved'), keysOn = document.getElementById('keys-on');
  const WORDS = ['bad', 'okay', 'great'], SIGNS = ['✗', '–', '✓'];
  let view = null, targets = [], current = 0, undone = [], queue = [], sending = false, since = performance.now(), spent = 0, asked = desk.dataset.lease || null, done = 0;

  // Time counts while the page is seen.
  const take = () => {
    const now = performance.now();
    const time = Math.round(spent + (document.visibilityState === 'visible' ? now - since : 0));
    spent = 0; since = now;
    return Math.max(0, Math.min(time, 3600000));
  };
  document.addEventListener('visibilitychange', () => {
    const now = performance.now();
    if (document.visibilityState === 'hidden') spent += now - since;
    since = now;
  });

  let heeded = 0;
  const say = (text, kind = '') => {
    // What is to be mended stays long enough to be read.
    if (kind !== 'amiss' && kind !== 'away' && performance.now() < heeded) return;
    heeded = kind === 'amiss' ? performance.now() + 4000 : 0;
    saved.textContent = text;
    saved.className = 'saved ' + kind;
  };

  const request = async (method, path, body) => {
    const limit = new AbortController();
    const timer = setTimeout(() => limit.abort(), 20000);
    try {
      const answer = await fetch(api + path, { method, signal: limit.signal, credentials: 'same-origin', headers: { 'Content-Type': 'application/json', RequestVerificationToken: token }, body: body === undefined ? undefined : JSON.stringify(body) });
      const text = await answer.text();
      let said = {};
      try { said = text ? JSON.parse(text) : {}; } catch { said = { problem: 'The server said something else than expected.' }; }
      return { status: answer.status, said };
    } catch {
      return { status: 0, said: {} };
    } finally {
      clearTimeout(timer);
    }
  };

  const isAway = status => status === 0 || status === 429 || status >= 500;

  // What the server does not have yet, by lease: a browser that is closed in between sends it when it is opened again.
  const kept = lease => 'deliberate ' + lease;
  const keep = () => {
    try {
      if (queue.length) localStorage.setItem(kept(view.lease), JSON.stringify(queue)); else localStorage.removeItem(kept(view.lease));
    } catch { /* Private windows keep nothing; the server has all but the last. */ }
  };
  const recall = lease => {
    try { return JSON.parse(localStorage.getItem(kept(lease)) || '[]'); } catch { return []; }
  };

  const enqueue = entry => { queue.push(entry); keep(); send(); };

  const send = async () => {
    if (sending || !view) return;
    sending = true;
    let wait = 500;
    while (queue.length) {
      const entry = queue[0];
      if (entry.body.revision === undefined) { entry.body.revision = view.revision; keep(); }
      say('Saving…');
      const { status, said } = await request(entry.method, '/leases/' + view.lease + entry.path, entry.body);
      if (isAway(status)) {
        say((said.problem || 'The server does not answer.') + ' ' + queue.length + ' not saved yet; trying again.', 'away');
        await new Promise(r => setTimeout(r, wait));
        wait = Math.min(wait * 2, 8000);
        continue;
      }
      wait = 500;
      if (status === 401) { say('You are signed out.', 'away'); sending = false; return leave('You are signed out', 'What you judged last is kept in this browser, and sent when you are back.', 'Sign in', () => { location.href = '/sign-in?to=' + encodeURIComponent(location.pathname + location.search); }); }
      queue.shift();
      if (status === 200) {
        view.revision = said.revision;
        if (said.candidates) Object.assign(view, { candidates: said.candidates, written: said.written });
        keep();
        if (entry.then) entry.then(said);
        continue;
      }
      queue = []; keep(); sending = false;
      if (status === 422) { say(said.problem, 'amiss'); return reload(); }
      if (status === 409 && said.code === 'behind') { say(said.problem, 'amiss'); return reload(); }
      if (status === 400 || status === 403) return leave('Not taken', said.problem || 'Load the page again.', 'Load again', () => location.reload());
      return leave(status === 410 ? 'Somebody else has it' : 'It is finished', said.problem || '', 'Next', next);
    }
    sending = false;
    if (view) say('Saved', 'done');
  };

  const judge = (body, then) => enqueue({ method: 'PUT', path: '', body: { ...body, milliseconds: take() }, then });

  const reload = async () => {
    const { status, said } = await request('GET', '/leases/' + view.lease);
    if (isAway(status)) { await new Promise(r => setTimeout(r, 1500)); return reload(); }
    if (status !== 200) return next();
    undone = [];
    show(said, true);
  };

  const leave = (title, text, action, deed) => {
    view = null; targets = [];
    place.textContent = '';
    desk.replaceChildren(el('section', { class: 'desk-end' }, el('h2', { tabindex: '-1' }, title), el('p', {}, text), el('button', { class: 'go', type: 'button', on: { click: deed } }, action)));
    desk.querySelector('h2').focus();
  };

  const next = async () => {
    queue = []; undone = [];
    const first = asked;
    asked = null;
    const { status, said } = first ? await request('GET', '/leases/' + first) : await request('POST', '/projects/' + project + '/next');
    if (isAway(status)) {
      say(said.problem || 'The server does not answer. Trying again.', 'away');
      await new Promise(r => setTimeout(r, 1500));
      asked = first;
      return next();
    }
    if (status === 401) return leave('You are signed out', '', 'Sign in', () => { location.href = '/sign-in?to=' + encodeURIComponent(location.pathname + location.search); });
    if (first && status !== 200) return leave('It is settled', said.problem || '', 'Back to the review', () => { location.href = '/label/' + project + '/review'; });
    if (status !== 200) return leave('Not now', said.problem || 'Something went wrong.', 'Try again', next);
    if (said.end === 'not_passed') return leave('Thank you for trying', 'Your answers to the first questions agree too little with the known ones. An owner can let you try again.', 'Back', () => { location.href = '/label/' + project; });
    if (said.end === 'closed') return leave('This project is closed', 'No more items are handed out.', 'Back', () => { location.href = '/label/' + project; });
    if (said.end) return leave('Nothing left', 'All is labelled, or in other hands.' + (done ? ' You did ' + done + ' in this sitting.' : ''), 'Look again', next);
    show(said, false);
  };

  // The draft, as the server has it.
  const emptyStep = () => ({ ratings: [], flags: [], written: null, chosen: null, alternatives: null, milliseconds: 0 });
  const stepOf = index => { while (view.draft.steps.length <= index) view.draft.steps.push(emptyStep()); return view.draft.steps[index]; };
  const copy = value => JSON.parse(JSON.stringify(value));
  const firstMistake = () => view.draft.steps.findIndex(s => s.ratings[0] === -1);
  const judged = (step, candidate) => (step.ratings[candidate] !== null && step.ratings[candidate] !== undefined) || step.flags[candidate] === true;

  const changeStep = (index, change, cause) => {
    const before = copy(stepOf(index));
    const step = stepOf(index);
    change(step);
    const time = take();
    step.milliseconds += time;
    if (cause !== 'undo') undone.push(() => changeStep(index, s => Object.assign(s, { ratings: before.ratings, flags: before.flags, written: before.written, chosen: before.chosen }), 'undo'));
    const structural = before.chosen !== step.chosen || before.written !== step.written;
    if (structural) view.draft.steps.length = index + 1;
    enqueue({ method: 'PUT', path: '', body: { index, step: copy(step), cause, milliseconds: time }, then: structural ? rebuild : null });
    if (!structural) refresh();
  };

  const rate = (index, candidate, rating, toggles) => changeStep(index, step => {
    while (step.ratings.length <= candidate) step.ratings.push(null);
    while (step.flags.length <= candidate) step.flags.push(false);
    step.ratings[candidate] = toggles && step.ratings[candidate] === rating ? null : rating;
    if (step.ratings[candidate] !== null) step.flags[candidate] = false;
  }, 'rate');

  const flag = (index, candidate) => changeStep(index, step => {
    while (step.ratings.length <= candidate) step.ratings.push(null);
    while (step.flags.length <= candidate) step.flags.push(false);
    step.flags[candidate] = !step.flags[candidate];
    if (step.flags[candidate]) step.ratings[candidate] = null;
  }, 'flag');

  const changeMistake = (change, cause = 'mistake') => {
    const before = copy(view.draft.mistake);
    change(view.draft.mistake);
    if (cause !== 'undo') undone.push(() => changeMistake(m => Object.assign(m, before), 'undo'));
    judge({ mistake: copy(view.draft.mistake), cause });
    refresh();
  };

  const prefer = (value, cause = 'prefer') => {
    const before = view.draft.preferred;
    view.draft.preferred = value;
    if (cause !== 'undo') undone.push(() => prefer(before, 'undo'));
    judge({ preferred: value, cause });
    refresh();
  };

  const undo = () => { const back = undone.pop(); if (back) back(); else say('There is nothing to undo.'); };

  // The marks of a candidate: a group of buttons, of which one is pressed.
  const marks = (label, words, onRate, onFlag) => {
    const group = el('div', { class: 'marks', role: 'group', 'aria-label': label });
    words.forEach((word, i) => group.append(el('button', { type: 'button', class: 'mark m' + i, 'aria-pressed': 'false', title: String(i + 1), on: { click: () => onRate(i) } }, el('span', { class: 'mark-sign', 'aria-hidden': 'true' }, SIGNS[i] || ''), word)));
    if (onFlag) group.append(el('button', { type: 'button', class: 'mark mf', 'aria-pressed': 'false', title: 'f', on: { click: onFlag } }, el('span', { class: 'mark-sign', 'aria-hidden': 'true' }, '?'), 'unsure'));
    return group;
  };
  const press = (group, index, flagged) => {
    [...group.querySelectorAll('.mark:not(.mf)')].forEach((b, i) => b.setAttribute('aria-pressed', String(i === index)));
    const unsure = group.querySelector('.mf');
    if (unsure) unsure.setAttribute('aria-pressed', String(flagged === true));
  };

  const target = (node, actions) => {
    const at = { node, ...actions };
    node.classList.add('target');
    node.addEventListener('click', () => point(targets.indexOf(at), false));
    targets.push(at);
    return at;
  };
  const point = (index, scroll = true) => {
    if (!targets.length || index < 0) return;
    current = Math.max(0, Math.min(index, targets.length - 1));
    targets.forEach((t, i) => { if (i === current) t.node.setAttribute('aria-current', 'step'); else t.node.removeAttribute('aria-current'); });
    if (scroll) {
      const box = targets[current].node.getBoundingClientRect();
      const foot = document.querySelector('.desk-foot');
      const low = innerHeight - (foot ? foot.offsetHeight : 0) - 12;
      if (box.top < 70 || box.bottom > low) window.scrollBy({ top: box.height > low - 90 ? box.top - 90 : box.top < 70 ? box.top - 90 : box.bottom - low, behavior: 'auto' });
    }
  };

  const candidate = (index, number, html, name) => {
    const node = el('div', { class: 'candidate' });
    const group = marks(name, WORDS, i => { point(targets.findIndex(t => t.node === node), false); rate(index, number, i - 1, true); advance(index, number); }, () => flag(index, number));
    const thought = el('p', { class: 'thought', hidden: true });
    node.append(group, el('div', { class: 'said-text', html }), thought);
    target(node, {
      index, number, group, thought,
      rate: i => rate(index, number, i - 1, false), flag: () => flag(index, number),
      paint: () => { const step = view.draft.steps[index] || emptyStep(); const rating = step.ratings[number]; press(group, rating === null || rating === undefined ? -1 : rating + 1, step.flags[number]); node.dataset.rating = rating === null || rating === undefined ? (step.flags[number] ? 'f' : '') : rating; },
    });
    return node;
  };

  // After a judgement the next one that is asked for: not where the solution ends, and not after a correction further up.
  const advance = (index, number) => {
    const at = targets.findIndex(t => t.index === index && t.number === number);
    const step = view.draft.steps[index];
    if (at < 0 || !step || !judged(step, number) || (view.kind === 'phase2' && number === 0 && firstMistake() === index)) return;
    if (at + 1 < targets.length && !targets[at + 1].node.hidden) point(at + 1);
  };

  const own = (label, value, onWrite, rows = 2) => {
    const area = el('textarea', { rows: String(rows), maxlength: '10000' });
    area.value = value || '';
    let last = area.value;
    area.addEventListener('change', () => { if (area.value !== last) { last = area.value; onWrite(area.value.trim() || null); } });
    return el('label', { class: 'own' }, label, area);
  };

  // Phase 2.
  const buildSteps = () => {
    const list = el('ol', { class: 'ladder' });
    view.steps.forEach((step, i) => {
      const item = el('li', {}, candidate(i, 0, step.html, 'Step ' + (i + 1)));
      item.dataset.step = String(i);
      list.append(item);
    });
    return list;
  };

  const buildMistake = () => {
    const index = firstMistake();
    desk.querySelector('.mistake')?.remove();
    targets = targets.filter(t => !t.late);
    if (index < 0) return;
    const step = view.steps[index];
    const late = targets.length;
    const panel = el('section', { class: 'mistake', 'aria-label': 'The mistake' }, el('h3', {}, 'At step ' + (index + 1) + ' the solution goes wrong'));
    const progress = el('div', { class: 'candidate' }, el('p', { class: 'asks' }, 'How far had it come?'));
    const group = marks('Progress before the mistake', ['nowhere', 'some way', 'nearly there'], i => changeMistake(m => { m.progress = i; }));
    group.classList.add('words');
    progress.append(group);
    panel.append(progress);
    target(progress, { rate: i => changeMistake(m => { m.progress = i; }), paint: () => press(group, view.draft.mistake.progress ?? -1, false) });
    step.explanations.forEach((html, n) => {
      const node = el('div', { class: 'candidate' });
      const change = i => changeMistake(m => { while (m.explanations.length <= n) m.explanations.push(null); m.explanations[n] = i - 1; });
      const marked = marks('Explanation ' + (n + 1), WORDS, change);
      node.append(marked, el('div', { class: 'said-text', html }));
      panel.append(node);
      target(node, { rate: change, paint: () => press(marked, (view.draft.mistake.explanations[n] ?? -2) + 1, false) });
    });
    panel.append(own(step.explanations.length ? 'If none explains it, say what is wrong' : 'What is wrong, in a sentence (if you like)', view.draft.mistake.written, text => changeMistake(m => { m.written = text; })));
    if (step.alternatives.length) panel.append(el('p', { class: 'asks' }, 'Other candidates for this step'));
    step.alternatives.forEach((html, n) => panel.append(candidate(index, n + 1, html, 'Other candidate ' + (n + 1))));
    targets.slice(late).forEach(t => { t.late = true; });
    desk.querySelector('li[data-step="' + index + '"]').append(panel);
    // In the order in which they stand: what comes behind the mistake is not asked for.
    const behind = targets.filter(t => !t.late && t.index > index);
    targets = [...targets.filter(t => !behind.includes(t))];
    setFormulas(panel);
  };

  let mistakeAt = -2;
  const refresh = () => {
    if (view.kind === 'phase2') {
      const at = firstMistake();
      if (at !== mistakeAt) {
        const here = targets[current] && targets[current].index;
        mistakeAt = at;
        const all = [...allSteps];
        targets = all;
        buildMistake();
        desk.querySelectorAll('.ladder>li').forEach(li => li.classList.toggle('behind', at >= 0 && Number(li.dataset.step) > at));
        point(at >= 0 ? Math.min(targets.findIndex(t => t.late), targets.length - 1) : Math.max(0, targets.findIndex(t => t.index === here)), at >= 0);
      }
    }
    targets.forEach(t => t.paint());
    paintFoot();
  };
  let allSteps = [];

  // Phase 1: what was gone through, and the step that is open.
  const buildTree = () => {
    const steps = view.draft.steps;
    const open = view.candidates.length - 1;
    const list = el('ol', { class: 'ladder' });
    for (let i = 0; i < open; i++) {
      const step = steps[i];
      const html = step.chosen !== null ? view.candidates[i][step.chosen] : view.written[i];
      list.append(el('li', { class: 'gone' }, el('div', { class: 'said-text', html }), el('button', { type: 'button', class: 'chip', 'aria-label': 'Change step ' + (i + 1), on: { click: () => changeStep(i, s => { s.chosen = null; s.written = null; }, 'choose') } }, step.chosen === null ? 'yours; change' : 'change')));
    }
    const item = el('li', { class: 'open' }, el('p', { class: 'asks', role: 'status' }, view.candidates[open].length ? 'Candidates for step ' + (open + 1) : live.is === here() ? live.said : 'Nothing was prepared from here: write step ' + (open + 1) + ', or save.'));
    if (live.is === here() && live.failed) item.append(el('button', { type: 'button', class: 'chip', id: 'ask-again', on: { click: () => { live = {}; askModel(); } } }, 'Ask the model again'));
    view.candidates[open].forEach((html, n) => {
      const node = candidate(open, n, html, 'Candidate ' + (n + 1) + ' for step ' + (open + 1));
      node.append(el('button', { type: 'button', class: 'chip on-with', on: { click: () => choose(n) } }, 'Go on with this'));
      item.append(node);
    });
    const draft = steps[open] || emptyStep();
    const area = own('A step of your own, where none is great', draft.written, () => { });
    area.querySelector('textarea').id = 'own-step';
    item.append(area, el('button', { type: 'button', class: 'chip', id: 'own-go', on: { click: () => write() } }, 'Go on with mine'));
    list.append(item);
    return list;
  };
  const openStep = () => view.candidates.length - 1;

  // What nobody prepared a model writes while the labeller waits, or goes on without it. A place is asked for once; what comes late, when
  // the labeller has gone on, is left alone.
  let live = {};
  const here = () => view.lease + JSON.stringify(view.draft.steps.slice(0, openStep()).map(s => [s.chosen, s.written]));
  const askModel = async () => {
    if (!view || !view.live || queue.length || view.candidates[openStep()].length || live.is === here()) return;
    const at = here();
    const step = openStep() + 1;
    live = { is: at, said: 'The model is writing candidates for step ' + step + '… You may write your own meanwhile.' };
    bodyAround();
    const { status, said } = await request('POST', '/leases/' + view.lease + '/alternatives', {});
    if (!view || live.is !== at || here() !== at || queue.length) return;
    if (status === 410 || status === 409) return leave('Somebody else has it', said.problem || '', 'Next', next);
    const came = status === 200 && said.candidates.length > 0;
    if (came) { view.candidates[openStep()] = said.candidates; stepOf(openStep()).alternatives = said.sampled; }
    live.failed = !came && !said.ended;
    live.said = came ? '' : said.ended ? 'The model would end the solution here: save, or write step ' + step + '.' : (said.problem || 'The model cannot be asked now.') + ' Write step ' + step + ', or save.';
    bodyAround();
  };
  // What is being written stays, with the caret where it was.
  const bodyAround = () => {
    const area = document.getElementById('own-step');
    const [text, typing, from, to] = [area.value, document.activeElement === area, area.selectionStart, area.selectionEnd];
    body();
    const again = document.getElementById('own-step');
    again.value = text;
    if (typing) { again.focus(); again.setSelectionRange(from, to); }
  };
  const choose = number => {
    const step = stepOf(openStep());
    const missing = view.candidates[openStep()].findIndex((_, i) => !judged(step, i));
    if (missing >= 0) { say('Rate every candidate first.', 'amiss'); return point(missing); }
    if (step.ratings[number] === -1) return say('A bad step is not gone on with.', 'amiss');
    changeStep(openStep(), s => { s.chosen = number; s.written = null; }, 'choose');
  };
  const write = () => {
    const text = document.getElementById('own-step').value.trim();
    if (!text) return say('Nothing is written.', 'amiss');
    const step = stepOf(openStep());
    if (view.candidates[openStep()].some((_, i) => !judged(step, i))) return say('Rate every candidate first.', 'amiss');
    changeStep(openStep(), s => { s.written = text; s.chosen = null; }, 'write');
  };
  const rebuild = () => { if (!view || view.kind !== 'phase1' || queue.length) return; body(); };

  // A pair.
  const buildPair = () => {
    const columns = el('div', { class: 'pair-columns' });
    view.responses.forEach((html, i) => {
      const button = el('button', { type: 'button', class: 'mark m2', 'aria-pressed': 'false', title: String(i + 1), on: { click: () => prefer(i) } }, (i ? 'The second' : 'The first') + ' is better');
      columns.append(el('section', { class: 'said-box', 'aria-label': i ? 'The second answer' : 'The first answer' }, el('div', { class: 'said-text', html }), button));
    });
    const neither = el('button', { type: 'button', class: 'mark m1', 'aria-pressed': 'false', title: '3', on: { click: () => prefer(-1) } }, 'Neither is better');
    const box = el('div', { class: 'choice-pair' }, columns, el('div', { class: 'marks' }, neither));
    target(box, { rate: i => prefer(i === 2 ? -1 : i), paint: () => { const [first, second] = columns.querySelectorAll('.mark'); first.setAttribute('aria-pressed', String(view.draft.preferred === 0)); second.setAttribute('aria-pressed', String(view.draft.preferred === 1)); neither.setAttribute('aria-pressed', String(view.draft.preferred === -1)); } });
    return box;
  };

  // One answer, whose author is not known here.
  const STARS = ['1 not at all', '2', '3', '4', '5 very'];
  const grade = (value, cause = 'rate') => {
    const before = view.draft.rating;
    view.draft.rating = value;
    if (cause !== 'undo') undone.push(() => grade(before, 'undo'));
    judge({ rating: value, cause });
    refresh();
  };
  const buildAnswer = () => {
    const group = marks('How persuasive it is', STARS, i => grade(i + 1));
    group.classList.add('words');
    const box = el('div', { class: 'choice-pair' }, el('section', { class: 'said-box', 'aria-label': 'The reply' }, el('div', { class: 'said-text', html: view.responses[0] })), el('p', { class: 'asks' }, 'How persuasive is it?'), group);
    target(box, { most: 5, rate: i => grade(i + 1), paint: () => press(group, (view.draft.rating ?? 0) - 1, false) });
    return box;
  };

  // Whether all is judged that is asked for, and how it ends then.
  const ending = () => {
    if (!view) return null;
    if (view.kind === 'rating') return view.draft.rating ? { finish: 'solution' } : { missing: 'Rate it.' };
    if (view.kind === 'preference') return view.draft.preferred === null || view.draft.preferred === undefined ? { missing: 'Choose one.' } : { finish: 'solution' };
    if (view.kind === 'phase1') {
      const last = view.draft.steps.filter(s => s.chosen !== null || s.written !== null).length;
      return last === 0 ? { missing: 'Go on with a step, until an answer stands there.' } : { finish: 'solution', soft: view.candidates[openStep()].length > 0 };
    }
    const at = firstMistake();
    const end = at < 0 ? view.steps.length : at;
    for (let i = 0; i < end; i++) if (!view.draft.steps[i] || !judged(view.draft.steps[i], 0)) return { missing: 'Step ' + (i + 1) + ' is not rated.', go: i };
    if (at < 0) return { finish: 'solution' };
    if (view.draft.mistake.progress === null || view.draft.mistake.progress === undefined) return { missing: 'How far had it come?' };
    return { finish: 'found_error' };
  };

  let saveButton = null, note = null;
  const paintFoot = () => {
    const end = ending();
    saveButton.disabled = false;
    saveButton.setAttribute('aria-disabled', String(!end.finish));
    saveButton.textContent = end.finish === 'found_error' ? 'Save: found the mistake' : end.soft ? 'Save as it stands' : 'Save and next';
    note.textContent = end.missing || '';
  };
  const finish = () => {
    const end = ending();
    if (!end || !end.finish) {
      say(end ? end.missing : '', 'amiss');
      if (end && end.go !== undefined) point(targets.findIndex(t => t.index === end.go));
      return;
    }
    close(end.finish, null);
  };
  const close = (how, comment) => {
    if (queue.some(e => e.path === '/finish')) return;
    enqueue({ method: 'POST', path: '/finish', body: { finish: how, comment, milliseconds: take() }, then: () => { done++; if (view.is_review) leave('Settled', 'Your label stands.', 'Back to the review', () => { location.href = '/label/' + project + '/review'; }); else next(); } });
  };

  const askWhy = (title, how) => {
    const area = el('textarea', { rows: '3', maxlength: '10000', required: true, 'aria-label': 'Why' });
    const dialog = el('dialog', { class: 'why', 'aria-label': title }, el('form', { method: 'dialog' }, el('h2', {}, title), el('p', { class: 'fine' }, 'Say why, in a sentence.'), area,
      el('div', { class: 'tools' }, el('button', { class: 'go', value: 'yes' }, title), el('button', { class: 'chip', value: 'no', formnovalidate: true }, 'Go back'))));
    dialog.addEventListener('close', () => { const why = area.value.trim(); const yes = dialog.returnValue === 'yes'; dialog.remove(); if (yes && why) close(how, why); else if (yes) say('Say why, in a sentence.', 'amiss'); });
    document.body.append(dialog);
    dialog.showModal();
    area.focus();
  };

  const look = () => {
    if (!view || !view.has_annotations) return say('No model was asked about this one.');
    if (view.annotations) return paintThoughts();
    // In its turn, as every judgement: it is noted with the label.
    enqueue({ method: 'POST', path: '/look', body: {}, then: said => { view.annotations = said.annotations; paintThoughts(); } });
  };
  const paintThoughts = () => {
    if (!view.annotations) return;
    targets.filter(t => t.thought && t.number === 0).forEach(t => {
      const right = view.annotations.right[t.index];
      if (right === undefined) return;
      t.thought.hidden = false;
      t.thought.textContent = view.annotations.model + ': right with ' + Math.round(right * 100) + '%';
    });
  };

  const drop = () => enqueue({ method: 'POST', path: '/drop', body: {}, then: next });

  const body = () => {
    targets = []; current = 0; mistakeAt = -2;
    const main = el('div', { class: 'desk-main' });
    const side = el('aside', { class: 'desk-side' },
      el('section', { class: 'asked' }, el('h2', {}, view.kind === 'preference' ? 'Prompt' : view.kind === 'rating' ? 'Opinion' : 'Problem'), el('div', { class: 'said-text', html: view.problem })),
      view.reference === null ? null : el('section', { class: 'reference' }, el('h2', {}, 'Reference answer'), el('div', { class: 'said-text', html: view.reference }), el('p', { class: 'fine' }, 'The best that is known; it may be wrong.')));
    main.append(view.kind === 'phase2' ? buildSteps() : view.kind === 'phase1' ? buildTree() : view.kind === 'rating' ? buildAnswer() : buildPair());
    allSteps = [...targets];
    saveButton = el('button', { type: 'button', class: 'go', on: { click: finish } }, 'Save and next');
    note = el('span', { class: 'fine missing', role: 'status' });
    const foot = el('div', { class: 'desk-foot' }, saveButton, note, el('span', { class: 'foot-more' },
      el('button', { type: 'button', class: 'chip', title: 'u', on: { click: undo } }, 'Undo'),
      view.has_annotations ? el('button', { type: 'button', class: 'chip', title: 'm', on: { click: look } }, 'What a model thinks') : null,
      view.can_drop ? el('button', { type: 'button', class: 'chip', on: { click: drop } }, 'Not this one') : null,
      el('button', { type: 'button', class: 'chip', title: 'g', on: { click: () => askWhy('Give up', 'give_up') } }, 'Give up'),
      el('button', { type: 'button', class: 'chip', title: 'b', on: { click: () => askWhy('Bad problem', 'bad_problem') } }, 'Bad problem')));
    desk.replaceChildren(side, main, foot);
    setFormulas(desk);
    refresh();
    paintThoughts();
    const open = view.kind === 'phase2' && firstMistake() < 0 ? targets.findIndex(t => !judged(view.draft.steps[t.index] || emptyStep(), 0)) : 0;
    if (mistakeAt < 0) point(open < 0 ? targets.length - 1 : open, false);
    if (view.kind === 'phase1') askModel();
  };

  const show = (said, again) => {
    view = said;
    if (!again) { spent = 0; since = performance.now(); }
    place.textContent = (view.is_review ? 'Settling item ' : 'Item ') + view.number;
    queue = recall(view.lease);
    // What was not sent when the browser was closed is judged, too.
    const kept = copy(queue);
    for (const { body: b } of kept) {
      if (b.step && b.index !== undefined) { while (view.draft.steps.length <= b.index) view.draft.steps.push(emptyStep()); view.draft.steps[b.index] = b.step; }
      if (b.mistake) view.draft.mistake = b.mistake;
      if (b.preferred !== undefined) view.draft.preferred = b.preferred;
      if (b.rating !== undefined) view.draft.rating = b.rating;
    }
    queue = queue.filter(e => e.path !== '/look' && e.path !== '/drop');
    queue.forEach(e => { if (e.path === '/finish') e.then = next; else if (view.kind === 'phase1') e.then = () => { if (!queue.length) reload(); }; });
    body();
    if (!again) window.scrollTo(0, 0);
    say(queue.length ? 'Sending what was kept…' : done ? done + ' done' : '');
    send();
  };

  const inText = node => node && (node.tagName === 'TEXTAREA' || node.tagName === 'SELECT' || (node.tagName === 'INPUT' && node.type !== 'checkbox') || node.isContentEditable);
  try { keysOn.checked = localStorage.getItem('deliberate keys') !== 'off'; } catch { /* On, then. */ }
  keysOn.addEventListener('change', () => { try { localStorage.setItem('deliberate keys', keysOn.checked ? 'on' : 'off'); } catch { /* For this page alone. */ } });
  document.addEventListener('keydown', event => {
    if (!view || !keysOn.checked || event.ctrlKey || event.metaKey || event.altKey || document.querySelector('dialog[open]')) return;
    if (event.key === 'Escape' && inText(event.target)) { event.target.blur(); return; }
    if (inText(event.target)) return;
    const at = targets[current];
    const keys = {
      j: () => point(current + 1), k: () => point(current - 1), u: undo, m: look,
      g: () => askWhy('Give up', 'give_up'), b: () => askWhy('Bad problem', 'bad_problem'),
      f: () => at && at.flag && (at.flag(), advance(at.index, at.number)),
      w: () => { const area = desk.querySelector('.own textarea'); if (area) area.focus(); },
    };
    if (/^[1-9]$/.test(event.key) && at && at.rate && Number(event.key) <= (at.most || 3)) {
      event.preventDefault();
      const { index, number, late } = at;
      at.rate(Number(event.key) - 1);
      if (index !== undefined) advance(index, number);
      else if (late && index === undefined && current + 1 < targets.length) point(current + 1);
      return;
    }
    if (event.key === 'Enter') {
      // A button that is focused is pressed by it, as everywhere.
      if (event.target.closest('button, a, summary, label')) return;
      event.preventDefault();
      if (view.kind === 'phase1' && at && at.index === openStep()) choose(at.number); else finish();
      return;
    }
    if (keys[event.key]) { event.preventDefault(); keys[event.key](); }
  });

  next();
})();
