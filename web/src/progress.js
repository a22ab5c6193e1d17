// <div class="progress" data-poll="address">: asks the address every second and shows the work found there.
// When the answer shows no such work any more, it has ended: the page is loaded anew.

const pause = 1000;

for (const work of document.querySelectorAll("[data-poll]")) setTimeout(() => renew(work), pause);

async function renew(work) {
  const next = await ask(work.dataset.poll);
  if (next === null) {
    setTimeout(() => renew(work), 5 * pause); // the server does not answer: ask less often
    return;
  }
  const same = next.querySelector(`[data-poll="${CSS.escape(work.dataset.poll)}"]`);
  if (!same) {
    location.reload();
    return;
  }
  work.replaceWith(same);
  setTimeout(() => renew(same), pause);
}

async function ask(address) {
  try {
    const answer = await fetch(address, { headers: { Accept: "text/html" } });
    return answer.ok ? new DOMParser().parseFromString(await answer.text(), "text/html") : null;
  } catch {
    return null;
  }
}
