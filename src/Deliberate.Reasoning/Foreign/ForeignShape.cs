using System.Text.Json;
using System.Text.Json.Nodes;
using Deliberate.Core;

namespace Deliberate.Reasoning;

/// <summary>
/// A form in which others publish conversations and problems. A line that has it is told so by name where it is read for training, and
/// <c>deliberate data convert</c> writes it in ours: <c>messages</c>, <c>prompt</c> and <c>completion</c>, or <c>prompt</c> and
/// <c>answer</c>. To know another: a file like its neighbours, and its line in <see cref="All"/>.
/// </summary>
internal abstract class ForeignShape
{
    /// <summary>Asked in this order.</summary>
    public static IReadOnlyList<ForeignShape> All { get; } = [new ShareGptShape(), new TurnsShape(), new InstructionShape(), new StoryShape(), new PairShape()];

    /// <summary>What it is called, for messages.</summary>
    public abstract string Name { get; }

    /// <summary>The shape of a line; null for one of ours, or of none that is known.</summary>
    public static ForeignShape? Of(JsonElement line) =>
        line.ValueKind != JsonValueKind.Object || IsOurs(line) ? null : All.FirstOrDefault(shape => shape.Fields(line, shape.IsProblem(line)).Count > 0);

    /// <summary>Whether a line is in a form of ours, good or bad.</summary>
    public static bool IsOurs(JsonElement line) =>
        (line.TryGetProperty("messages", out var messages) && !ShareGptShape.IsTurns(messages))
        || (line.TryGetProperty(OwnProblem.Prompt, out _) && !TurnsShape.Has(line) && (line.TryGetProperty("completion", out _) || line.TryGetProperty(OwnProblem.Answer, out _)));

    /// <summary>An error that names the shape, and how to convert it.</summary>
    public UserError Error(JsonLine line, string expected) => line.Error($"{Described(line.Root)}, not {expected}.", advice: JsonLines.ConvertAdvice(line.File));

    /// <summary>The shape and the fields that it was known by.</summary>
    public string Described(JsonElement line) => $"The line has {Name} ({string.Join(", ", Fields(line, IsProblem(line)))})";

    /// <summary>The fields of a line that become the example or the problem; none where the line is of another shape.</summary>
    public abstract IReadOnlyList<string> Fields(JsonElement line, bool asProblem);

    /// <summary>Whether a line that has the shape is a problem with its answer rather than an example to imitate, where nobody says.</summary>
    public abstract bool IsProblem(JsonElement line);

    /// <summary>The line as an example: <c>messages</c>, or <c>prompt</c> and <c>completion</c>.</summary>
    /// <exception cref="UserError">A field is not what the shape has there.</exception>
    public abstract JsonObject ToExample(JsonLine line);

    /// <summary>The line as a problem: <c>prompt</c> and <c>answer</c>.</summary>
    /// <exception cref="UserError">A field is not what the shape has there, or the line is no problem.</exception>
    public abstract JsonObject ToProblem(JsonLine line);

    /// <summary>The first of some names that a line has with a value.</summary>
    protected static string? First(JsonElement line, params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
            if (line.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null) return name;
        return null;
    }

    /// <summary>The text of a field, or a number as it is written.</summary>
    protected static string Text(JsonLine line, string field) => line.Root.GetProperty(field) is { ValueKind: JsonValueKind.Number } number ? number.GetRawText() : line.GetString(field);
}
