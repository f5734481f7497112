using System.Buffers;
using System.Security.Cryptography;
using System.Text.Encodings.Web;
using System.Text.Json;
using Deliberate.Core;
using Deliberate.Models;
using ChatMessage = Deliberate.Models.ChatMessage;

namespace Deliberate.Evaluation;

/// <summary>
/// Answers that were paid for, kept by everything that they depend on: which model where, the whole conversation, every setting, and
/// the seed and number of the sample, so that several samples of an item stay several. A file an answer; one that cannot be read
/// is asked for again. A filter's refusal and an answer that was cut are answers too.
/// </summary>
internal sealed class AnswerCache(string folder)
{
    private const int Version = 1;

    private static readonly JsonWriterOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>In the user's cache folder.</summary>
    /// <exception cref="UserError">The system has none.</exception>
    public static string UsualFolder => IdentityCache.Folder() is { } cache ? Path.Combine(cache, "answers") : throw new UserError("there is no folder of this user's to keep answers in.", field: "--cache", advice: "Name one in DELIBERATE_CACHE.");

    public ModelAnswer? Find(string key)
    {
        var path = PathOf(key);
        try
        {
            if (!File.Exists(path)) return null;
            using var json = JsonDocument.Parse(File.ReadAllBytes(path));
            if (json.RootElement.GetProperty("version"u8).GetInt32() != Version || json.RootElement.GetProperty("key"u8).GetString() != key) return null;
            var answer = AnswerJson.Read(json.RootElement.GetProperty("answer"u8));
            return answer with { Usage = new ModelUsage(0, 0, 0, answer.Usage.OutputTokens, answer.Usage.ReasoningTokens, 0, FromCache: 1) };
        }
        catch (Exception error) when (error is JsonException or KeyNotFoundException or InvalidOperationException || Disk.IsRefusal(error))
        {
            return null;
        }
    }

    public void Keep(string key, ModelAnswer answer) => AtomicFile.Write(PathOf(key), stream =>
    {
        using var json = new Utf8JsonWriter(stream, Relaxed);
        json.WriteStartObject();
        json.WriteNumber("version"u8, Version);
        json.WriteString("key"u8, key);
        json.WritePropertyName("answer"u8);
        AnswerJson.Write(json, answer);
        json.WriteEndObject();
    });

    /// <summary>SHA-256 of all that the answer depends on.</summary>
    public static string KeyOf(ModelDescription model, IReadOnlyList<ChatMessage> messages, ModelOptions options)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("kind"u8, model.Kind);
            json.WriteString("name"u8, model.Name);
            json.WriteString("address"u8, model.Address);
            json.WriteString("hash"u8, model.Hash);
            json.WritePropertyName("messages"u8);
            MessageJson.Write(json, messages);
            Number("max_tokens", options.MaxTokens);
            Number("temperature", options.Temperature);
            Number("top_p", options.TopP);
            json.WriteString("reasoning_effort"u8, options.ReasoningEffort);
            json.WriteString("schema"u8, options.JsonSchema);
            json.WriteString("stop"u8, JsonSerializer.Serialize(options.Stop));
            json.WriteString("tools"u8, JsonSerializer.Serialize(options.Tools.Select(t => new[] { t.Name, t.Description, t.Parameters })));
            json.WriteNumber("seed"u8, options.Seed);
            json.WriteNumber("problem"u8, options.Stream.Problem);
            json.WriteNumber("sample"u8, options.Stream.Sample);
            json.WriteEndObject();

            void Number(string name, double? value)
            {
                if (value is { } number) json.WriteNumber(name, number);
            }
        }

        return Convert.ToHexStringLower(SHA256.HashData(buffer.WrittenSpan));
    }

    private string PathOf(string key) => Path.Combine(folder, key[..2], key + ".json");
}
