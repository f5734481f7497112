using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;
using Deliberate.Core;

namespace Deliberate.Server;

/// <summary>A response with what it was made of.</summary>
/// <param name="Caller">Id of the API key whose it is.</param>
/// <param name="Input">Items that the request brought.</param>
/// <param name="Response">As it is answered, with its thoughts sealed.</param>
internal sealed record StoredResponse(string Caller, JsonArray Input, JsonObject Response)
{
    public string Id => Response["id"]!.GetValue<string>();
}

/// <summary>A conversation that outlives its responses.</summary>
internal sealed record StoredConversation(string Caller, JsonObject Conversation, JsonArray Items)
{
    public string Id => Conversation["id"]!.GetValue<string>();
}

/// <summary>
/// Responses and conversations in a folder, a file each, written atomically. One that is not done yet has another name
/// (<c>.open.json</c>): what a server finds of these at its start was cut off with the one before, and is said to have failed. Thoughts are in
/// them only sealed.
/// </summary>
internal sealed class ResponseStore : IDisposable
{
    private const int Version = 1;

    private const string Done = ".json", Open = ".open.json";

    private readonly string _folder;
    private readonly TimeProvider _time;
    private readonly TimeSpan _keep;
    /// <summary>By the hash of an id: one an id would grow with what callers make up.</summary>
    private readonly SemaphoreSlim[] _locks = [.. Enumerable.Range(0, 64).Select(_ => new SemaphoreSlim(1))];

    private readonly FileStream _held;

    private ResponseStore(string folder, TimeSpan keep, TimeProvider time, FileStream held) => (_folder, _keep, _time, _held) = (folder, keep, time, held);

    /// <summary>Opens the folder, tells of what was cut off, and forgets what is too old.</summary>
    public static ResponseStore At(string folder, TimeSpan keep, TimeProvider time)
    {
        if (File.Exists(folder)) throw new UserError("This is a file, not a folder for responses.", folder, advice: "Name a folder: --store FOLDER.");
        var store = new ResponseStore(folder, keep, time, Hold(folder));
        try
        {
            Disk.RemoveLeftOvers(folder);
            store.FailUnfinished();
            store.Forget();
        }
        catch (Exception error) when (Disk.IsRefusal(error))
        {
            store.Dispose();
            throw Disk.CannotRead(folder, error);
        }

        return store;
    }

    public void Dispose() => _held.Dispose();

    public void Save(StoredResponse stored)
    {
        var isOpen = stored.Response["status"]!.GetValue<string>() is "queued" or "in_progress";
        Write(Name(stored.Id, isOpen ? Open : Done), new JsonObject { ["format_version"] = Version, ["key"] = stored.Caller, ["input"] = stored.Input.DeepClone(), ["response"] = stored.Response.DeepClone() });
        if (!isOpen) Disk.TryDelete(Name(stored.Id, Open));
    }

    /// <summary>Null where there is none of the caller's.</summary>
    public StoredResponse? Find(string id, string caller)
    {
        if (!Identifiers.Are(id, "resp") || (Read(Name(id, Done)) ?? Read(Name(id, Open))) is not { } file || file["key"]!.GetValue<string>() != caller) return null;
        return new StoredResponse(caller, Take<JsonArray>(file, "input"), Take<JsonObject>(file, "response"));
    }

    public bool Delete(string id, string caller)
    {
        if (Find(id, caller) is null) return false;
        Disk.TryDelete(Name(id, Done));
        Disk.TryDelete(Name(id, Open));
        return true;
    }

    public void Save(StoredConversation stored) =>
        Write(Name(stored.Id, Done), new JsonObject { ["format_version"] = Version, ["key"] = stored.Caller, ["conversation"] = stored.Conversation.DeepClone(), ["items"] = stored.Items.DeepClone() });

    public StoredConversation? FindConversation(string id, string caller)
    {
        if (!Identifiers.Are(id, "conv") || Read(Name(id, Done)) is not { } file || file["key"]!.GetValue<string>() != caller) return null;
        return new StoredConversation(caller, Take<JsonObject>(file, "conversation"), Take<JsonArray>(file, "items"));
    }

    public void DeleteConversation(string id) => Disk.TryDelete(Name(id, Done));

    /// <summary>One change of a conversation at a time.</summary>
    public async Task<IDisposable> LockAsync(string id, CancellationToken cancellation)
    {
        var own = _locks[(uint)id.GetHashCode(StringComparison.Ordinal) % _locks.Length];
        await own.WaitAsync(cancellation);
        return new Held(own);
    }

    /// <summary>One server a folder, or one would say of another's responses that they were cut off. The lock ends with the process.</summary>
    private static FileStream Hold(string folder)
    {
        try
        {
            Directory.CreateDirectory(folder);
            return new FileStream(Path.Combine(folder, "serve.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (Exception error) when (Disk.IsRefusal(error))
        {
            throw new UserError("Responses cannot be kept here: another server does already, or the folder may not be written to.", folder, field: "--store", advice: "Name another folder: --store FOLDER, or keep nothing: --store none.", inner: error);
        }
    }

    private void FailUnfinished()
    {
        foreach (var path in Directory.EnumerateFiles(_folder, "resp_*" + Open))
        {
            if (File.Exists(path[..^Open.Length] + Done) || Read(path) is not { } file)
            {
                Disk.TryDelete(path);
                continue;
            }

            var response = Take<JsonObject>(file, "response");
            response["status"] = "failed";
            response["error"] = new JsonObject { ["code"] = "server_error", ["message"] = "The server ended before the response was done." };
            Save(new StoredResponse(file["key"]!.GetValue<string>(), Take<JsonArray>(file, "input"), response));
        }
    }

    private void Forget()
    {
        var oldest = _time.GetUtcNow().UtcDateTime - _keep;
        foreach (var path in Directory.EnumerateFiles(_folder, "resp_*" + Done))
            if (File.GetLastWriteTimeUtc(path) < oldest) Disk.TryDelete(path);
    }

    private string Name(string id, string ending) => Path.Combine(_folder, id + ending);

    private static void Write(string path, JsonObject content) => AtomicFile.Write(path, stream => stream.Write(ApiJson.Bytes(content)));

    /// <summary>Null where there is no such file, or one that is none of ours.</summary>
    private static JsonObject? Read(string path)
    {
        try
        {
            return JsonNode.Parse(File.ReadAllBytes(path)) is JsonObject file && file["format_version"]?.GetValue<int>() == Version ? file : null;
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException or JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>A part of a file, on its own.</summary>
    private static T Take<T>(JsonObject file, string name)
        where T : JsonNode
    {
        var part = (T)file[name]!;
        file.Remove(name);
        return part;
    }

    private sealed class Held(SemaphoreSlim semaphore) : IDisposable
    {
        public void Dispose() => semaphore.Release();
    }
}
