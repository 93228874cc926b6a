export default function DocsPage() {
  return <p>The API's documentation is not built yet.</p>;
}
