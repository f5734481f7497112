using System.Globalization;
using System.Security.Cryptography;
using Deliberate.Core;
using Deliberate.Models;

namespace Deliberate.Server;

/// <summary>A task that has been checked and rendered: everything a client can be wrong about has been said before its answer begins.</summary>
/// <param name="Task">What was asked.</param>
/// <param name="Prompt">What the model is given.</param>
/// <param name="Sampling">What is in force.</param>
/// <param name="Opening">What the answer was begun with, as a call that must be; null where nothing was.</param>
internal sealed record PreparedAnswer(AnswerTask Task, ServedPrompt Prompt, SamplingOptions Sampling, string? Opening)
{
    /// <summary>Most characters of a conversation: no template writes more, and a context that would hold them is none of today's.</summary>
    private const int MostCharacters = 8 << 20;

    /// <summary>What it was prepared by, for further rounds.</summary>
    public required PromptWriter Writer { get; init; }

    public required ApiOptions Options { get; init; }

    /// <summary>Moderation and monitors; null where there are none.</summary>
    public AnswerGuard? Guard { get; init; }

    /// <exception cref="ApiError">The conversation cannot be written, does not fit, or a setting is out of range.</exception>
    public static PreparedAnswer Of(AnswerTask task, PromptWriter writer, ApiOptions options)
    {
        var model = task.Model;
        var settings = Settings(task, model.Format);
        var (text, tokens, opening) = Rendered(task, writer, options);
        if (tokens.Length == 0) throw ApiError.Invalid($"'{task.MessagesField}' is empty, and this model has no token that a text begins with: there is nothing to go on from.", task.MessagesField);
        var room = model.Context - tokens.Length;
        if (room < 1)
        {
            throw new ApiError(
                400, string.Create(CultureInfo.InvariantCulture, $"This model's context holds {model.Context} tokens, and the request has {tokens.Length}. Leave out earlier messages or shorten them."),
                task.MessagesField, "context_length_exceeded");
        }

        if (task.Sampling.MaxTokens > room)
        {
            throw new ApiError(
                400, string.Create(CultureInfo.InvariantCulture, $"This model's context holds {model.Context} tokens; the request has {tokens.Length} and asks for {task.Sampling.MaxTokens} more. Ask for at most {room}, or shorten the conversation."),
                task.MaxTokensField, "context_length_exceeded");
        }

        var held = model.Room(tokens.Length);
        if (Math.Max(1, task.Sampling.MaxTokens ?? 1) > held)
        {
            throw new ApiError(
                400, string.Create(CultureInfo.InvariantCulture, $"This server's memory for keys and values holds {held} tokens behind the {tokens.Length} of the request, which asks for {task.Sampling.MaxTokens ?? 1} or more. Lower the token budget, or shorten the conversation."),
                task.Sampling.MaxTokens is null ? task.MessagesField : task.MaxTokensField, "context_length_exceeded");
        }

        var most = (int)Math.Min(task.Sampling.MaxTokens ?? settings.MaxTokens ?? options.MaxTokens, Math.Min(room, held));
        // A single call is over with its tag.
        IReadOnlyList<string> stop = task.Tools.Count > 0 && (!task.ParallelCalls || opening is not null) ? [.. task.Stop, ToolCallText.Close] : task.Stop;
        // Behind the opening of a call there is no thought.
        int? budget = opening is null ? ReasoningEfforts.Budget(task.Effort, options) : 0;
        var grammar = Form(task, opening);
        Hold(task, grammar, text);
        var prompt = new ServedPrompt(text, tokens, most, settings.Sampling, task.Seed ?? BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(8)), stop, budget, task.LogProbabilities ?? 0, grammar);
        return new PreparedAnswer(task, prompt, settings.Sampling, opening) { Writer = writer, Options = options };
    }

    /// <summary>The answer of a number among several: another seed, and so another sample.</summary>
    public ServedPrompt Numbered(int number) => Prompt with { Seed = unchecked(Prompt.Seed + (0x9E3779B97F4A7C15UL * (ulong)number)) };

    /// <summary>The function that must be called; null where the model chooses.</summary>
    public static string? ForcedName(AnswerTask task) => task.ForcedTool ?? (task.Tools.Count == 1 ? task.Tools[0].Name : null);

    /// <summary>What the answer must look like: a call that must be; the request's form, or a call instead; any text, with calls that fit where a tool is strict.</summary>
    private static OutputGrammar? Form(AnswerTask task, string? opening)
    {
        try
        {
            if (opening is not null) return ToolCallText.BehindOpening(task.Tools, ForcedName(task));
            if (task.Callable.Count == 0) return task.Grammar;
            return task.Grammar is { } form ? ToolCallText.Grammar(task.Callable, form) : task.HoldsCalls ? ToolCallText.Among(task.Callable) : null;
        }
        catch (UserError error)
        {
            throw ApiError.Invalid(error.Problem, error.Field, "invalid_function_parameters");
        }
    }

    /// <summary>Makes sure that the model's tokens can write what the answer must look like.</summary>
    private static void Hold(AnswerTask task, OutputGrammar? grammar, string rendered)
    {
        try
        {
            GrammarConstraint.Of(task.Model.Format, rendered, grammar);
        }
        catch (UserError error)
        {
            throw ApiError.Invalid($"This model cannot write what is asked for: {error.Problem}", "response_format");
        }
    }

    private static GenerationSettings Settings(AnswerTask task, TextFormat format)
    {
        try
        {
            return GenerationSettings.Resolve(task.Sampling, format.Generation);
        }
        catch (UserError error)
        {
            throw ApiError.Invalid($"'{error.Field}' {error.Problem}", error.Field);
        }
    }

    private static (string Text, int[] Tokens, string? Opening) Rendered(AnswerTask task, PromptWriter writer, ApiOptions options)
    {
        if (task.Continued is { } continued) return (continued, task.Model.Format.Tokenizer.Encode(continued, addSpecialTokens: true), null);
        var characters = task.Messages.Sum(static m => (long)m.Content.Length);
        if (characters > MostCharacters)
        {
            throw new ApiError(
                400, string.Create(CultureInfo.InvariantCulture, $"This model's context holds {task.Model.Context} tokens, and the request has {characters} characters, more than the {MostCharacters} that are looked at. Leave out earlier messages or shorten them."),
                task.MessagesField, "context_length_exceeded");
        }

        IReadOnlyList<ToolDescription> tools = task.Use == ToolUse.None ? [] : task.Tools;
        try
        {
            var chat = writer.Write(task.Messages, tools, options.SystemPrompt, task.Effort != ReasoningEfforts.None);
            var text = chat.Text;
            string? opening = null;
            if (tools.Count > 0 && task.Use == ToolUse.Required)
            {
                // An opened thought is closed first: what must be a call, and is held to its form, is not thought about.
                if (ThinkingTags.OpenedBy(text) is { } tags) text += $"\n{tags.Close}\n\n";
                text += opening = ToolCallText.Opening(ForcedName(task));
            }

            return (text, task.Model.Format.Tokenizer.Encode(text, addSpecialTokens: task.Model.Format.ChatTemplate is null), opening);
        }
        catch (UserError error)
        {
            throw ApiError.Invalid($"The model's chat template refuses the conversation: {error.Problem}", task.MessagesField);
        }
    }
}
