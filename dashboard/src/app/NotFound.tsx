import { Link } from "wouter";

export function NotFound() {
  return (
    <p>
      There is no page at this address. <Link href="/">Go to the overview</Link>
    </p>
  );
}
