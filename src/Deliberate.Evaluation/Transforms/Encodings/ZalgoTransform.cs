using System.Text;
using Deliberate.Core;
using Deliberate.Models;

namespace Deliberate.Evaluation;

/// <summary>Each letter under a heap of combining marks, drawn at random; taken off again they leave the request.</summary>
internal sealed class ZalgoTransform : IPromptTransform
{
    private const char FirstMark = '\u0300', LastMark = '\u036F';
    private const int MostMarks = 4;

    public string Name => "zalgo";

    public string About => "combining marks heaped on each letter";

    public TransformKind Kind => TransformKind.Unicode;

    public string Source => "garak, PyRIT";

    public bool IsRandom => true;

    public IReadOnlyList<ChatMessage> Apply(string request, ref RandomStream random)
    {
        var text = new StringBuilder();
        foreach (var c in request)
        {
            text.Append(c);
            if (!char.IsLetter(c)) continue;
            for (var marks = 1 + random.Next(MostMarks); marks > 0; marks--) text.Append((char)random.Next(FirstMark, LastMark + 1));
        }

        return [new("user", text.ToString())];
    }

    public string? Recover(IReadOnlyList<ChatMessage> turns) => string.Concat(turns[^1].Content.Where(c => c is < FirstMark or > LastMark));
}
