using Deliberate.Models;
using Microsoft.Extensions.AI;

namespace UsingTheLibrary;

public static class ManyCallers
{
    /// <summary>All of the prompts at once; the results are those of each alone.</summary>
    public static async Task<IReadOnlyList<string>> Continue(TextModel model, IReadOnlyList<string> prompts, CancellationToken cancellationToken)
    {
        var options = new GenerateOptions { MaxTokens = 40, Stop = ["\n\n"], ThinkingBudget = 30 };
        var completions = await model.GenerateAsync(prompts, options, cancellationToken);
        return [.. completions.Select(c => $"{c.Text} [{c.Usage.Completion} tokens, {c.Usage.Thinking} of thought]")];
    }

    /// <summary>A model that was trained on conversations, as any program knows one.</summary>
    public static async Task<string> Ask(TextModel model, string question, CancellationToken cancellationToken)
    {
        using IChatClient client = model.AsChatClient();
        var answer = "";
        await foreach (var update in client.GetStreamingResponseAsync(question, new() { MaxOutputTokens = 60, Seed = 7 }, cancellationToken))
        {
            foreach (var thought in update.Contents.OfType<TextReasoningContent>()) Console.Error.Write(thought.Text);
            answer += update.Text;
        }

        return answer;
    }
}
