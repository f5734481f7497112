using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;
using Deliberate.Core;
using Deliberate.Jinja;
using Deliberate.Models;

namespace Deliberate.Cli;

/// <summary>
/// The lines of a JSON Lines file to generate from: each has <c>messages</c> (a conversation, rendered by the model's chat
/// template) or <c>prompt</c>, which means what it means in training: the user's message where the model has a chat template, else a text to
/// continue. <c>raw: true</c> makes it that in any case. A line may have <c>id</c> and <c>max_tokens</c>; other fields are
/// passed over. All are read and checked before any work. A line's random numbers depend on the seed, its prompt and how many
/// equal prompts stand before it: not on where in the file it stands, nor on what shares its batch.
/// </summary>
internal static class GenerationInput
{
    private const string Messages = "messages", Prompt = "prompt", Raw = "raw", Id = "id", MaxTokens = "max_tokens";

    /// <param name="path">The file.</param>
    /// <param name="format">Of the model.</param>
    /// <param name="context">The model's, in tokens.</param>
    /// <param name="budget">Of an answer, for lines that do not say; cut to what the context leaves.</param>
    /// <param name="time">The clock of templates.</param>
    /// <param name="raw">Whether prompts are texts to continue where their lines do not say.</param>
    public static List<GenerationLine> Read(string path, TextFormat format, int context, int budget, ulong seed, TimeProvider time, bool raw = false)
    {
        var lines = new List<GenerationLine>();
        var seen = new Dictionary<long, int>();
        foreach (var line in JsonLines.Read(path))
        {
            var isRaw = IsRaw(line, format, raw);
            var text = Text(line, format, time, isRaw);
            var asked = Budget(line);
            var prompt = format.Tokenizer.Encode(text, addSpecialTokens: isRaw);
            if (prompt.Length == 0 || text.Length == 0) throw line.Error("The text has no tokens.", Prompt);
            if (prompt.Length + (asked ?? 1) > context)
                throw line.Error($"A prompt of {prompt.Length} tokens{(asked > 1 ? $" and a budget of {asked}" : "")} does not fit into the model's context of {context}.", asked > 1 ? MaxTokens : line.TryGet(line.Root, Prompt, out _) ? Prompt : Messages, "Shorten it.");
            var key = Key(prompt);
            ref var before = ref CollectionsMarshal.GetValueRefOrAddDefault(seen, key, out _);
            var stream = new RandomStream(seed, StreamStage.Sampling, problem: key, sample: before++);
            JsonElement? id = line.TryGet(line.Root, Id, out var given) && given.ValueKind != JsonValueKind.Null ? given : null;
            if (id is { ValueKind: not (JsonValueKind.String or JsonValueKind.Number) }) throw line.Error("An id is text or a number.", Id);
            lines.Add(new GenerationLine(line.Number, id, text, prompt, Math.Min(asked ?? budget, context - prompt.Length), stream));
        }

        return lines.Count > 0 ? lines : throw new UserError("The file holds no lines.", path);
    }

    /// <summary>Whether the line's text is given as it is, behind whatever the tokenizer begins texts with.</summary>
    private static bool IsRaw(JsonLine line, TextFormat format, bool raw)
    {
        if (line.TryGet(line.Root, Raw, out var said) && said.ValueKind != JsonValueKind.Null) raw = line.GetBool(Raw);
        return !line.TryGet(line.Root, Messages, out _) && (raw || format.ChatTemplate is null);
    }

    private static string Text(JsonLine line, TextFormat format, TimeProvider time, bool isRaw)
    {
        var hasMessages = line.TryGet(line.Root, Messages, out var messages);
        var hasPrompt = line.TryGet(line.Root, Prompt, out _);
        if (hasMessages && hasPrompt) throw line.Error("A line has messages or a prompt, not both.", Prompt);
        if (hasPrompt && (isRaw || line.GetString(Prompt).Length == 0)) return line.GetString(Prompt);
        if (hasPrompt) return Render(ChatTemplateInput.MessagesOf(("user", line.GetString(Prompt))), Prompt);
        if (!hasMessages) throw line.Error("The line has neither messages nor a prompt.", advice: "Write {\"messages\": [{\"role\": \"user\", \"content\": \"...\"}]} or {\"prompt\": \"...\"}.");
        if (format.ChatTemplate is null) throw line.Error("The model has no chat template.", Messages, "Give it a prompt to continue.");
        if (line.GetArray(Messages).GetArrayLength() == 0) throw line.Error("There are no messages.", Messages);
        var index = 0;
        foreach (var message in messages.EnumerateArray())
        {
            var field = $"{Messages}[{index++}]";
            if (message.ValueKind != JsonValueKind.Object) throw line.Error("A message is an object with role and content.", field);
            if (!message.TryGetProperty("role", out var role) || role.ValueKind != JsonValueKind.String) throw line.Error("The message has no role.", $"{field}.role", "Roles are system, user and assistant.");
            if (!message.TryGetProperty("content", out _)) throw line.Error("The message has no content.", $"{field}.content");
            if (ToolArguments.Fault(message) is { } fault) throw line.Error(fault.Problem, $"{field}.{fault.Field}");
        }

        return Render(messages, Messages);

        string Render(JsonElement conversation, string field)
        {
            try
            {
                return format.Render(new ChatTemplateInput { Messages = conversation, AddGenerationPrompt = true }, time).Text;
            }
            catch (UserError error)
            {
                throw new UserError($"The model's chat template refuses the conversation: {error.Problem}", line.File, line.Number, field: field, inner: error);
            }
        }
    }

    private static int? Budget(JsonLine line)
    {
        if (!line.TryGet(line.Root, MaxTokens, out var given) || given.ValueKind == JsonValueKind.Null) return null;
        var budget = line.GetInt32(MaxTokens);
        return budget > 0 ? budget : throw line.Error($"A budget of {budget} tokens leaves nothing to generate.", MaxTokens);
    }

    /// <summary>The same for equal prompts, and for no others in practice.</summary>
    private static long Key(int[] prompt) => BinaryPrimitives.ReadInt64LittleEndian(SHA256.HashData(MemoryMarshal.AsBytes(prompt.AsSpan())));
}
