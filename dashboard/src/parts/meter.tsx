/** How much of a limit is used. */
export const Meter = ({ value, limit, label }: { value: number; limit: number; label: string }) => (
  <meter
    aria-label={label}
    min={0}
    max={limit}
    low={limit * 0.7}
    high={limit * 0.9}
    optimum={0}
    value={value}
  />
)
