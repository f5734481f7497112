// A conversation with two models at once, or an attempt on one. All that is said is text: nothing of it becomes HTML. What the server did
// not answer is sent again; it takes each turn and each vote once.
'use strict';
(() => {
  const desk = document.getElementById('redteam');
  if (!desk) return;
  const saved = document.getElementById('saved');
  const { campaign, goal, mode, token, api, back } = desk.dataset;
  let view = null, busy = false;

  const el = (tag, props = {}, ...children) => {
    const node = document.createElement(tag);
    for (const [key, value] of Object.entries(props)) {
      if (value === null || value === undefined || value === false) continue;
      if (key === 'on') for (const [name, handler] of Object.entries(value)) node.addEventListener(name, handler);
      else if (key === 'class') node.className = value;
      else node.setAttribute(key, value === true ? '' : value);
    }
    node.append(...children.filter(c => c !== null && c !== undefined));
    return node;
  };
  const say = (text, kind) => { saved.textContent = text; saved.className = 'saved' + (kind ? ' ' + kind : ''); };
  const request = async (method, path, body) => {
    try {
      const answer = await fetch(api + path, { method, headers: { 'Content-Type': 'application/json', RequestVerificationToken: token }, body: method === 'GET' ? undefined : JSON.stringify(body || {}) });
      let said = {};
      try { said = await answer.json(); } catch { /* No words. */ }
      return { status: answer.status, said };
    } catch { return { status: 0, said: {} }; }
  };
  // The same request until the server answers: it takes it once.
  const insist = async (method, path, body) => {
    let wait = 500;
    for (;;) {
      const answer = await request(method, path, body);
      if (answer.status !== 0 && answer.status !== 502 && answer.status !== 503) return answer;
      say('The server does not answer. Not saved yet; trying again.', 'away');
      await new Promise(r => setTimeout(r, wait));
      wait = Math.min(wait * 2, 8000);
    }
  };

  const end = (title, text, action, deed) => {
    view = null;
    desk.replaceChildren(el('section', { class: 'desk-end' }, el('h2', { tabindex: '-1' }, title), el('p', {}, text), el('button', { class: 'go', type: 'button', on: { click: deed } }, action)));
    desk.querySelector('h2').focus();
  };

  const act = async (path, body, words) => {
    if (busy) return false;
    busy = true;
    for (const control of desk.querySelectorAll('button,textarea')) control.disabled = true;
    say(words);
    const { status, said } = await insist('POST', path, body);
    busy = false;
    for (const control of desk.querySelectorAll('button,textarea')) control.disabled = false;
    if (status === 401) { location.href = '/sign-in?to=' + encodeURIComponent(location.pathname); return false; }
    if (status === 200) { say('Saved', 'done'); show(said); return true; }
    say(said.problem || 'It was not taken.', 'amiss');
    if (status === 410) end('Too late', said.problem || '', 'Back', () => { location.href = back; });
    else if (status === 409) { const { status: again, said: now } = await insist('GET', '/chats/' + view.key); if (again === 200) show(now); }
    return false;
  };

  const bubble = (who, text, problem) => el('div', { class: 'bubble' + (who ? '' : ' mine') + (problem ? ' amiss' : '') }, who ? el('span', { class: 'who' }, who) : null, document.createTextNode(problem || text));

  const composer = () => {
    const text = el('textarea', { 'aria-label': 'Your message', rows: '3', maxlength: '8000', placeholder: view.kind === 'pairwise' ? 'Say the same to both…' : 'Say something to the model…' });
    const send = async () => {
      const words = text.value.trim();
      if (!words || !view) return;
      await act('/chats/' + view.key + '/say', { number: view.turns.length + 1, text: words }, view.kind === 'pairwise' ? 'Both models are asked…' : 'The model is asked…');
    };
    text.addEventListener('keydown', e => { if (e.key === 'Enter' && !e.shiftKey) { e.preventDefault(); send(); } });
    return el('form', { class: 'composer', on: { submit: e => { e.preventDefault(); send(); } } }, text, el('button', { class: 'go', type: 'submit' }, 'Send'), el('span', { class: 'fine' }, view.left + ' left; Enter sends, Shift and Enter begins a line'));
  };

  const voter = () => {
    const unsafe = name => el('label', { class: 'choice' }, el('input', { type: 'checkbox', name }), name === 'a' ? 'A said something unsafe' : 'B said something unsafe');
    const a = unsafe('a'), b = unsafe('b');
    const vote = less => act('/chats/' + view.key + '/vote', { less_safe: less, unsafe_a: a.firstChild.checked, unsafe_b: b.firstChild.checked }, 'Saving…');
    return el('section', { class: 'voter', 'aria-label': 'Your vote' },
      el('h2', {}, 'Which one is less safe?'), el('div', { class: 'tools' }, a, b),
      el('div', { class: 'chips' }, ...[['a', 'A is less safe'], ['b', 'B is less safe'], ['equal', 'Equally safe'], ['unknown', 'Cannot tell']].map(([less, words]) => el('button', { class: 'chip', type: 'button', on: { click: () => vote(less) } }, words))));
  };

  const attempt = () => {
    if (!view.is_done) return el('div', { class: 'tools' }, el('button', { class: 'go', type: 'button', on: { click: () => act('/chats/' + view.key + '/submit', {}, 'The judge reads it…') } }, 'Submit: the goal is reached'));
    const reached = view.appeal === 'granted' || (view.outcome === 'reached' && view.appeal !== 'denied');
    const box = el('section', { class: 'verdict' + (reached ? ' reached' : '') },
      el('h2', {}, reached ? 'Reached' : view.outcome === 'judge_error' ? 'The judge could not tell' : 'Not reached'), el('p', {}, view.reason || ''));
    if (!reached && view.appeal === 'none') {
      const why = el('textarea', { rows: '2', maxlength: '2000', 'aria-label': 'What did the judge get wrong?', placeholder: 'What did the judge get wrong?' });
      box.append(why, el('button', { class: 'chip', type: 'button', on: { click: () => act('/chats/' + view.key + '/appeal', { text: why.value }, 'Saving…') } }, 'Appeal: a person decides'));
    } else if (view.appeal !== 'none') box.append(el('p', { class: 'fine' }, view.appeal === 'wanted' ? 'Appealed: a person decides.' : view.appeal === 'granted' ? 'A person says that it was reached.' : 'A person says that it was not.'));
    box.append(el('button', { class: 'go', type: 'button', on: { click: next } }, 'Another attempt'), el('a', { class: 'chip', href: back }, 'Other goals'));
    return box;
  };

  const show = said => {
    if (said.end) return end('Nothing left', 'You have rated all that there is.', 'Back', () => { location.href = back; });
    const first = !view || view.key !== said.key;
    view = said;
    const isPair = view.kind === 'pairwise';
    const parts = [];
    if (view.goal) parts.push(el('section', { class: 'goal' }, el('span', { class: 'tag' }, view.goal.channel), el('p', {}, view.goal.text)));
    const turns = el('div', { class: 'turns', role: 'log', 'aria-live': 'polite' });
    for (const turn of view.turns) {
      turns.append(bubble(null, turn.prompt));
      turns.append(isPair ? el('div', { class: 'pair-answers' }, bubble('A', turn.a, turn.problem_a), bubble('B', turn.b, turn.problem_b)) : bubble('Model', turn.a, turn.problem_a));
    }
    parts.push(turns);
    if (!view.is_done && view.is_mine && view.left > 0) parts.push(composer());
    if (isPair) {
      if (view.vote) parts.push(el('section', { class: 'verdict' }, el('h2', {}, 'Thank you'), el('p', {}, 'Your vote: ' + ({ a: 'A is less safe', b: 'B is less safe', equal: 'equally safe', unknown: 'cannot tell' })[view.vote.less_safe] + '.'), el('button', { class: 'go', type: 'button', on: { click: next } }, mode === 'rate' ? 'Next conversation' : 'New conversation')));
      else if (view.turns.length) parts.push(voter());
    } else if (view.turns.length) parts.push(attempt());
    desk.replaceChildren(...parts);
    const text = desk.querySelector('textarea');
    if (text && (first || view.turns.length)) text.focus();
  };

  const next = async () => {
    view = null;
    say('');
    const { status, said } = await insist('POST', '/campaigns/' + encodeURIComponent(campaign) + '/' + mode, { goal: goal || null });
    if (status === 401) { location.href = '/sign-in?to=' + encodeURIComponent(location.pathname); return; }
    if (status !== 200) return end(status === 410 ? 'Closed' : 'Not now', said.problem || 'Something went wrong.', 'Back', () => { location.href = back; });
    show(said);
  };

  next();
})();
