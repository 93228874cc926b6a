export default function TryPage() {
  return <p>The page to try a text is not built yet.</p>;
}
