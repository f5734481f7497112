using System.Text.RegularExpressions;
using Deliberate.Models;
using Deliberate.Training;

namespace Deliberate.Cli;

/// <summary>
/// Control tokens that somebody typed into the texts of a data file: they are encoded as the tokens they spell, so a text that quotes
/// the end of a turn ends it. Those of the model where one is named, else what looks like them. What the assistant writes around its
/// thought is meant.
/// </summary>
/// <param name="tokenizer">Of the model; null where none is named.</param>
internal sealed partial class ControlTokens(Tokenizer? tokenizer)
{
    private readonly string[]? _known = tokenizer is null ? null : [.. tokenizer.AddedTokens.Where(t => t.Special && t.Content.Length > 0).Select(t => t.Content)];
    private readonly SortedSet<string> _found = new(StringComparer.Ordinal);

    /// <summary>Whether they are known to be tokens of the model.</summary>
    public bool IsKnown => _known is not null;

    /// <summary>Lines that hold some.</summary>
    public int Lines { get; private set; }

    /// <summary>The first of them; 0 without any.</summary>
    public int First { get; private set; }

    /// <summary>Which they are.</summary>
    public IReadOnlyCollection<string> Found => _found;

    public void Look(SupervisedLine line) => Look(line.Line, line.Messages is { } messages
        ? messages.EnumerateArray().Select(message => (SupervisedFile.Content(message), message.GetProperty("role").ValueEquals("assistant")))
        : [(line.Prompt, false), (line.Completion, true)]);

    /// <param name="texts">Of a line, and whether the assistant says them.</param>
    public void Look(int line, IEnumerable<(string Text, bool IsSaid)> texts)
    {
        var typed = texts.SelectMany(t => In(t.Text).Where(token => !t.IsSaid || !ThinkingTags.Occur(token))).ToArray();
        if (typed.Length == 0) return;
        _found.UnionWith(typed);
        Lines++;
        if (First == 0) First = line;
    }

    private IEnumerable<string> In(string text) => _known is not null ? _known.Where(token => text.Contains(token, StringComparison.Ordinal)) : Likely().Matches(text).Select(m => m.Value);

    [GeneratedRegex(@"<\|[A-Za-z][A-Za-z0-9_]{1,30}\|>|</?s>|\[/?INST\]|<(start|end)_of_turn>|<｜[^｜<>]{1,30}｜>", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Likely();
}
