namespace Deliberate.Reasoning;

/// <summary>The program of an answer: its last block between fences (<c>```python</c>, <c>```csharp</c>), or all of it where there is none. A fence that is never closed ends with the text.</summary>
internal static class CodeBlock
{
    private const string Fence = "```";

    public static string Of(string text)
    {
        string? found = null;
        var lines = text.ReplaceLineEndings("\n").Split('\n');
        for (var i = 0; i < lines.Length; i++)
        {
            if (!lines[i].TrimStart().StartsWith(Fence, StringComparison.Ordinal)) continue;
            var end = i + 1;
            while (end < lines.Length && !lines[end].TrimStart().StartsWith(Fence, StringComparison.Ordinal)) end++;
            found = string.Join('\n', lines[(i + 1)..end]);
            i = end;
        }

        return found ?? text.Trim('\n');
    }
}
