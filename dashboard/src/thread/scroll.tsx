/** The scrolling part of a thread: only what is near is rendered, and what is being read stays in place. */
import type { ComponentChildren, RefObject } from 'preact'
import { useCallback, useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks'

/** How far from the visible part something is still rendered, in pixels. */
const NEAR = 1200
/** How close to the end a person still reads the end, in pixels. */
const AT_END = 60

interface Scroll {
  readonly scroller: RefObject<HTMLElement | null>
  readonly content: RefObject<HTMLDivElement | null>
  /** Whether the person reads the end; new entries scroll into view then. */
  readonly isAtEnd: boolean
  toEnd(): void
  /** Shows an element and stays there. */
  showElement(find: () => Found): void
}

export interface Found {
  /** Null as long as it is not rendered. */
  readonly element: HTMLElement | null
  /** The block that it is in. */
  readonly place: HTMLElement | null
}

/** How many frames it may take until an element is rendered. */
const FRAMES = 120

/** What is being read: an element, and how far it is from the top of the window. */
interface Anchor {
  readonly element: Element
  readonly top: number
}

/** Returns the first element that is visible. */
function anchorIn(box: HTMLElement): Anchor | undefined {
  const edge = box.getBoundingClientRect().top
  for (const element of box.querySelectorAll('[data-item]')) {
    const { top, bottom } = element.getBoundingClientRect()
    if (bottom > edge + 1) return { element, top }
  }
  return undefined
}

/** Follows the end of the content as it grows; where the person has scrolled away from it, what is read stays in place. */
export function useScroll(): Scroll {
  const scroller = useRef<HTMLElement>(null)
  const content = useRef<HTMLDivElement>(null)
  const follows = useRef(true)
  const anchor = useRef<Anchor | undefined>(undefined)
  const [isAtEnd, setAtEnd] = useState(true)
  const toEnd = useCallback(() => {
    const box = scroller.current
    if (!box) return
    follows.current = true
    setAtEnd(true)
    box.scrollTop = box.scrollHeight
  }, [])
  const showElement = useCallback((find: () => Found) => {
    let frames = 0
    const show = () => {
      const { element, place } = find()
      follows.current = false
      anchor.current = undefined
      ;(element ?? place)?.scrollIntoView({ block: 'center' })
      element?.focus({ preventScroll: true })
      frames += 1
      // Its block may be far away, and is rendered once it is near.
      if (!element && frames < FRAMES) requestAnimationFrame(show)
    }
    requestAnimationFrame(show)
  }, [])
  useEffect(() => {
    const box = scroller.current
    const inner = content.current
    if (!box || !inner) return
    const look = () => {
      const isEnd = box.scrollHeight - box.scrollTop - box.clientHeight < AT_END
      follows.current = isEnd
      setAtEnd(isEnd)
      anchor.current = anchorIn(box)
    }
    const grown = new ResizeObserver(() => {
      if (follows.current) box.scrollTop = box.scrollHeight
      else keep(box, anchor.current)
    })
    grown.observe(inner)
    grown.observe(box)
    box.addEventListener('scroll', look, { passive: true })
    return () => {
      grown.disconnect()
      box.removeEventListener('scroll', look)
    }
  }, [])
  return { scroller, content, isAtEnd, toEnd, showElement }
}

/** Most browsers keep the place by themselves, but not always, and not all. */
function keep(box: HTMLElement, anchor: Anchor | undefined): void {
  if (!anchor?.element.isConnected) return
  const moved = anchor.element.getBoundingClientRect().top - anchor.top
  if (Math.abs(moved) >= 1) box.scrollTop += moved
}

interface BlockProps {
  id: string
  scroller: RefObject<HTMLElement | null>
  children: () => ComponentChildren
}

/** A part of the content that gives way to an empty box of its height while it is far away. */
export function Block({ id, scroller, children }: BlockProps) {
  const box = useRef<HTMLDivElement>(null)
  const height = useRef(0)
  const [isNear, setNear] = useState(true)
  useEffect(() => {
    const block = box.current
    if (!block) return
    const observer = new IntersectionObserver(
      (seen) => {
        const last = seen.at(-1)
        if (!last) return
        if (!last.isIntersecting) {
          if (block.contains(document.activeElement)) return
          height.current = last.boundingClientRect.height
        }
        setNear(last.isIntersecting)
      },
      { root: scroller.current, rootMargin: `${NEAR}px 0px` },
    )
    observer.observe(block)
    return () => observer.disconnect()
  }, [scroller])
  return (
    <div ref={box} class="block" id={id}>
      {isNear ? children() : <div style={{ height: `${height.current}px` }} />}
    </div>
  )
}

interface EdgeProps {
  scroller: RefObject<HTMLElement | null>
  /** Changes when something was loaded, so that the edge looks again. */
  version: number
  load: () => Promise<void>
}

/** The beginning of what is loaded: loads more before the person gets there. */
export function Edge({ scroller, version, load }: EdgeProps) {
  const mark = useRef<HTMLDivElement>(null)
  const [problem, setProblem] = useState(false)
  // Looks again after each load.
  useLayoutEffect(() => {
    const edge = mark.current
    const box = scroller.current
    if (!edge || !box) return
    const observer = new IntersectionObserver(
      ([seen]) => {
        if (!seen?.isIntersecting) return
        // At the very top the browser would show what comes in instead of keeping its place.
        if (box.scrollTop === 0) box.scrollTop = 1
        setProblem(false)
        load().catch(() => setProblem(true))
      },
      { root: box, rootMargin: `${NEAR}px 0px 0px` },
    )
    observer.observe(edge)
    return () => observer.disconnect()
  }, [version])
  return (
    <div ref={mark} class="edge">
      {problem ? (
        <button type="button" class="link" onClick={() => load().catch(() => {})}>
          Older entries could not be loaded. Try again
        </button>
      ) : (
        <span class="quiet">Loading older entries …</span>
      )}
    </div>
  )
}
