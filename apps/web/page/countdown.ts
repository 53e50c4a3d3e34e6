import { element } from './dom.ts';

/** The remaining life of the stream's token, as a number and a ring. */
export class Countdown {
  #timer = 0;
  #endsAtMs = 0;
  #totalMs = 1;

  start(secondsLeft: number, totalSeconds: number): void {
    this.#totalMs = Math.max(1, secondsLeft, totalSeconds) * 1000;
    this.#endsAtMs = performance.now() + secondsLeft * 1000;
    clearInterval(this.#timer);
    this.#timer = setInterval(() => this.#show(), 250);
    this.#show();
  }

  stop(): void {
    clearInterval(this.#timer);
    element('time-left').textContent = '–:––';
    element('ring').setAttribute('stroke-dashoffset', '100');
  }

  #show(): void {
    const leftMs = Math.max(0, this.#endsAtMs - performance.now());
    const seconds = Math.ceil(leftMs / 1000);
    const text = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
    element('time-left').textContent = text;
    const share = (100 * leftMs) / this.#totalMs;
    element('ring').setAttribute('stroke-dashoffset', String(100 - share));
  }
}
