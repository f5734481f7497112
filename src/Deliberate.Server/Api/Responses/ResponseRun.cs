using System.Text.Json.Nodes;

namespace Deliberate.Server;

/// <summary>A response from its first event to its last, whoever waits for it: kept before and after, so that no end of the process leaves it in doubt.</summary>
internal sealed class ResponseRun
{
    private readonly ApiServer _api;
    private readonly ApiCaller _caller;
    private readonly ResponseRequest _request;
    private readonly ResponseWriter _writer;

    /// <param name="send">Given every event in order.</param>
    public ResponseRun(ResponseRequest request, ApiServer api, ApiCaller caller, Func<JsonObject, Task> send)
    {
        (_api, _caller, _request) = (api, caller, request);
        _writer = new ResponseWriter(request, api, caller, send);
    }

    /// <summary>As the client sees it now. From any thread.</summary>
    public JsonObject Snapshot() => _writer.Snapshot();

    /// <summary>With its sealed thoughts, for whoever goes on from it.</summary>
    public StoredResponse Kept => new(_caller.Id, _request.Input, _writer.Response);

    /// <summary>Makes it.</summary>
    /// <param name="place">In the model's queue; given back in any case.</param>
    /// <param name="use">Told what it took.</param>
    /// <param name="fault">What becomes of an exception; null where nobody is there to be told.</param>
    public async Task RunAsync(Task<QueuePlace> place, Action<AnswerUsage> use, Func<Exception, ApiError?> fault, CancellationToken cancellation)
    {
        var isHeld = false;
        try
        {
            Keep();
            using var held = await place;
            isHeld = true;
            if (_request.IsWarmup) await _writer.WarmAsync(() => ReadAheadAsync(cancellation), use);
            else await _writer.WriteAsync(AnswerStream.Read(_request.Prepared, held, 0, cancellation), use, cancellation);
            await JoinAsync(cancellation);
            Keep();
            await _writer.TellEndAsync();
        }
        catch (Exception error)
        {
            if (!isHeld) QueuePlace.GiveBack(place);
            if (fault(error) is { } told)
            {
                // Kept first: nobody may be told of a failure that is not kept.
                lock (_writer.Response) (_writer.Response["status"], _writer.Response["error"]) = ("failed", new JsonObject { ["code"] = "server_error", ["message"] = told.Message });
                Keep();
                await _writer.FailAsync(told);
            }
            else
            {
                lock (_writer.Response) _writer.Response["status"] = "cancelled";
                Keep();
            }
        }
    }

    /// <summary>Writes it down as it is now, where it is to be stored.</summary>
    public void Keep()
    {
        if (!_request.IsStored) return;
        lock (_writer.Response) _api.Store!.Save(Kept);
    }

    /// <summary>Lets the model read the prompt, whose keys and values it keeps while there is room; the one token that it draws is dropped. What has to be judged first is not read ahead.</summary>
    private async Task ReadAheadAsync(CancellationToken cancellation)
    {
        if (_request.Prepared.Guard?.Moderates == true) return;
        var answer = _request.Entry.Model.Answer(_request.Prepared.Prompt with { MaxTokens = 1, Alternatives = 0, Grammar = null }, cancellation);
        await foreach (var _ in answer.Events.WithCancellation(cancellation))
        {
        }

        await answer.Result;
    }

    /// <summary>Adds what was asked and answered to the conversation.</summary>
    private async Task JoinAsync(CancellationToken cancellation)
    {
        if (_request.Conversation is not { } id) return;
        using var held = await _api.Store!.LockAsync(id, cancellation);
        if (_api.Store.FindConversation(id, _caller.Id) is not { } conversation) return;
        foreach (var item in _request.Input.Concat(_writer.Response["output"]!.AsArray())) conversation.Items.Add(item!.DeepClone());
        _api.Store.Save(conversation);
    }
}
