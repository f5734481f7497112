using Deliberate.Core;

namespace Deliberate.Evaluation;

/// <summary>
/// Writes the last user message anew: <c>{prompt}</c> stands for what it was, <c>{choices}</c> for the lettered choices. Only these are
/// replaced, and once: what an item's text holds in braces stays as it is.
/// </summary>
public sealed class TemplateSolver : ISolver
{
    public const string Prompt = "{prompt}", Choices = "{choices}";

    private readonly string _template;

    /// <exception cref="UserError">It does not say where the prompt goes.</exception>
    public TemplateSolver(string template)
    {
        ArgumentNullException.ThrowIfNull(template);
        if (!template.Contains(Prompt, StringComparison.Ordinal)) throw new UserError($"the template does not say where the prompt goes: it has no {Prompt}.", field: "text");
        _template = template;
    }

    public string Name => $"template({_template})";

    public ValueTask SolveAsync(SolverContext context, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(context);
        SolverMessages.Rewrite(context, text => string.Concat(Parts(text, context.Item)));
        return ValueTask.CompletedTask;
    }

    private IEnumerable<string> Parts(string prompt, EvaluationItem item)
    {
        for (var at = 0; at < _template.Length;)
        {
            var (p, c) = (_template.IndexOf(Prompt, at, StringComparison.Ordinal), _template.IndexOf(Choices, at, StringComparison.Ordinal));
            var next = p < 0 ? c : c < 0 ? p : Math.Min(p, c);
            if (next < 0)
            {
                yield return _template[at..];
                yield break;
            }

            yield return _template[at..next];
            yield return next == p ? prompt : SolverMessages.Lettered(item.Choices);
            at = next + (next == p ? Prompt : Choices).Length;
        }
    }
}
