using Deliberate.Core;

namespace Deliberate.Reasoning;

/// <summary>A file of traces, whole or not at all.</summary>
internal sealed class SearchTraceFile : IDisposable
{
    private readonly string _path;
    private readonly MemoryStream _lines = new();

    public SearchTraceFile(string path) => _path = path;

    public void Write(ISearchMethod method, SearchTree tree) => _lines.Write(SearchTrace.Line(method.Name, method.Settings, tree));

    public void Commit() => AtomicFile.Write(_path, stream => stream.Write(_lines.GetBuffer().AsSpan(0, (int)_lines.Length)));

    public void Dispose() => _lines.Dispose();
}
